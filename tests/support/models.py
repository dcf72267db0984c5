"""Runs single dbt models as plain SQL in a test's transaction.

dbt compiles the project once. A test then inserts source rows, runs models, checks the result and rolls back.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.support.project import project


class CompiledModels:
    """The compiled SQL of the project's models, for a database in which all models exist."""

    def __init__(self, database_url: str) -> None:
        nodes = project().compiled(database_url)
        self._nodes = {node["name"]: node for node in nodes}

    def refresh(self, connection: psycopg.Connection, models: Sequence[str]) -> None:
        """Refill these models, which are tables, in the given order."""
        for name in models:
            node = self._nodes[name]
            table = sql.Identifier(node["schema"], node["alias"])
            connection.execute(sql.SQL("delete from {}").format(table))
            connection.execute(
                sql.SQL("insert into {} {}")
                .format(table, sql.SQL(node["compiled_code"]))
                .as_bytes(connection)
            )

    def rows(self, connection: psycopg.Connection, model: str) -> list[dict[str, Any]]:
        """Rows of the model's query."""
        with connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(self._nodes[model]["compiled_code"].encode()).fetchall()
