"""Runs client analytics, risk and alerts as plain SQL in a test's own transaction, for many nights.

dbt compiles the models once. A night is then what dbt would do: working tables take their present content,
incremental marts replace rows by key, views stay. Session analytics are not computed but given
(tests/support/client_histories.py), so that a test can put a value just below, at or above a threshold; the session
formulas have tests of their own.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.support.project import Project

SELECTION = [
    "int_clients__as_of_dates+",
    "int_clients__sessions+",
    "stg_analytics_api__coach_settings+",
    "stg_public__coach_clients+",
]
DATES_VIEW = "analytics_intermediate.int_clients__as_of_dates"


class Chain:
    """The models from client analytics on, compiled against a database in which all was built before."""

    def __init__(self, nodes: list[dict[str, Any]]) -> None:
        self._in_order = nodes

    @classmethod
    def compile(cls, project: Project, database_url: str) -> "Chain":
        """Build the models once more, compile them, and let their as_of dates come from a table."""
        # Once more, so that views which look at the marts of the run before find them.
        project.run(database_url, *SELECTION)
        nodes = project.compiled(database_url, *SELECTION)
        with psycopg.connect(database_url) as connection:
            connection.execute("create table public.chain_dates (as_of_date date primary key)")
            connection.execute(
                f"create or replace view {DATES_VIEW} as select as_of_date from public.chain_dates"
            )
        return cls(nodes)

    def moved(self, database: str, copy: str) -> "Chain":
        """The same models for a copy of the database that they were compiled against."""
        return Chain(
            [
                node | {"compiled_code": node["compiled_code"].replace(f'"{database}".', f'"{copy}".')}
                for node in self._in_order
            ]
        )

    def run(
        self, connection: psycopg.Connection, dates: Iterable[date], only: Sequence[str] | None = None
    ) -> None:
        """One run for these as_of dates; `only` restricts it to some of the models."""
        connection.execute("delete from public.chain_dates")
        with connection.cursor() as cursor:
            cursor.executemany("insert into public.chain_dates values (%s)", [(day,) for day in dates])
        for node in self._in_order:
            if only is None or node["name"] in only:
                _run_node(connection, node)

    def rows(self, connection: psycopg.Connection, relation: str) -> list[dict[str, Any]]:
        """All rows of a relation, given with its schema."""
        return query(connection, f"select * from {relation}")


def query(connection: psycopg.Connection, statement: str, *values: Any) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement.encode(), values or None).fetchall()


def _run_node(connection: psycopg.Connection, node: dict[str, Any]) -> None:
    table = sql.Identifier(node["schema"], node["alias"])
    body = sql.SQL(node["compiled_code"])
    materialized = node["config"]["materialized"]
    if materialized == "scratch_table":
        _execute(connection, sql.SQL("delete from {}").format(table))
        _execute(connection, sql.SQL("insert into {} {}").format(table, body))
    elif materialized == "incremental":
        key = sql.Identifier(node["config"]["unique_key"])
        _execute(connection, sql.SQL("create temporary table chain_rows as {}").format(body))
        _execute(
            connection,
            sql.SQL("delete from {0} where {1} in (select {1} from chain_rows)").format(table, key),
        )
        _execute(connection, sql.SQL("insert into {} select * from chain_rows").format(table))
        _execute(connection, sql.SQL("drop table chain_rows"))


def _execute(connection: psycopg.Connection, statement: sql.Composed | sql.SQL) -> None:
    connection.execute(statement.as_bytes(connection))
