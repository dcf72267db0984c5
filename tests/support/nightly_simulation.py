"""Simulates runs of client analytics, risk scores and alerts as plain SQL in a test's transaction.

dbt compiles the models once. A simulated run does the same as dbt: it refills scratch tables, replaces rows
of incremental marts by key and leaves views as they are. Session analytics are given (client_histories.py),
not computed, so that a test can use values just below, at or above a threshold.
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


class NightlySimulation:
    """The models from client analytics on, compiled against a database in which all models exist."""

    def __init__(self, nodes: list[dict[str, Any]]) -> None:
        self._nodes = nodes

    @classmethod
    def compile(cls, project: Project, database_url: str) -> "NightlySimulation":
        """Build and compile the models; as_of dates are then read from a table."""
        # Built again, so that self_snapshot() finds the marts of the first build.
        project.run(database_url, *SELECTION)
        nodes = project.compiled(database_url, *SELECTION)
        with psycopg.connect(database_url) as connection:
            connection.execute("create table public.simulated_dates (as_of_date date primary key)")
            connection.execute(
                f"create or replace view {DATES_VIEW} as select as_of_date from public.simulated_dates"
            )
        return cls(nodes)

    def for_copy(self, database: str, copy: str) -> "NightlySimulation":
        """The same models for a copy of the database."""
        return NightlySimulation(
            [
                node | {"compiled_code": node["compiled_code"].replace(f'"{database}".', f'"{copy}".')}
                for node in self._nodes
            ]
        )

    def run(
        self, connection: psycopg.Connection, dates: Iterable[date], only: Sequence[str] | None = None
    ) -> None:
        """One run for the as_of dates; `only` restricts it to some models."""
        connection.execute("delete from public.simulated_dates")
        with connection.cursor() as cursor:
            cursor.executemany("insert into public.simulated_dates values (%s)", [(day,) for day in dates])
        for node in self._nodes:
            if only is None or node["name"] in only:
                _run_node(connection, node)

    def rows(self, connection: psycopg.Connection, relation: str) -> list[dict[str, Any]]:
        """All rows of a relation with schema."""
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
        _execute(connection, sql.SQL("create temporary table simulated_rows as {}").format(body))
        _execute(
            connection,
            sql.SQL("delete from {0} where {1} in (select {1} from simulated_rows)").format(table, key),
        )
        _execute(connection, sql.SQL("insert into {} select * from simulated_rows").format(table))
        _execute(connection, sql.SQL("drop table simulated_rows"))


def _execute(connection: psycopg.Connection, statement: sql.Composed | sql.SQL) -> None:
    connection.execute(statement.as_bytes(connection))
