"""Runs single dbt models inside a test's transaction, without the start-up time of dbt.

dbt compiles the project once; afterwards a test inserts source rows, lets the models on the way to a mart run
as plain SQL in its own transaction, looks at the result and rolls everything back.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.support.project import project


class CompiledModels:
    """The project's models as SQL, compiled against one database in which they were built before."""

    def __init__(self, database_url: str) -> None:
        nodes = project().compiled(database_url)
        self._nodes = {node["name"]: node for node in nodes}

    def refresh(self, connection: psycopg.Connection, models: Sequence[str]) -> None:
        """Let these models, which are tables, take their present content, in the order given."""
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
        """What the model's query gives now."""
        with connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(self._nodes[model]["compiled_code"].encode()).fetchall()
