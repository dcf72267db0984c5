"""Builds client windows, risk and alerts of one coach in a schema of their own."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from psycopg import sql

from warehouse.connection import environment_in_force
from warehouse.errors import WarehouseError
from warehouse.paths import PROJECT_DIR

SELECTION = [
    "int_clients__as_of_dates+,+int_alerts__episodes",
    "int_clients__sessions+,+int_alerts__episodes",
]


SCHEMA = "what_if"
"""Always the same, so that an erasure reaches what a killed what-if left, and the next one clears it away."""
LOCK_KEY = 0x0DA6575F
"""Of the advisory lock that lets one what-if at a time have the schema."""


@contextmanager
def scratch_schema(connection: psycopg.Connection) -> Iterator[str]:
    """A schema for the block's time; the connection commits each statement by itself.

    Raises WarehouseError while another what-if has it.
    """
    if connection.execute("select pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone() != (True,):
        raise WarehouseError("Another what-if is under way. Ask again in a minute.")
    clear = sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(SCHEMA))
    connection.execute(clear)
    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(SCHEMA)))
    try:
        yield SCHEMA
    finally:
        connection.execute(clear)
        connection.execute("select pg_advisory_unlock(%s)", [LOCK_KEY])


class ScratchModels:
    """The models, parsed for a scratch schema; what is not built there they read where it is."""

    def __init__(self, schema: str, as_of: str, clients: Sequence[Any], folder: Path) -> None:
        """Parse the project twice: as it is, and for the schema."""
        self._folder = folder
        self._manifest: Manifest | None = None
        self._variables = {"as_of": as_of, "clients": ",".join(map(str, clients))}
        self._dbt("parse", "--target-path", str(folder / "as_it_is"))
        self._variables["scratch_schema"] = schema
        self._manifest = self._dbt("parse", "--target-path", str(folder / "scratch"))

    def build(self) -> None:
        """Build them from the values in the schema."""
        self._dbt(
            "run", "--select", *SELECTION, "--defer", "--state", str(self._folder / "as_it_is"),
            "--target-path", str(self._folder / "scratch"),
        )  # fmt: skip

    def _dbt(self, *arguments: str) -> Any:
        places = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
        logs = ["--log-path", str(self._folder), "--quiet", "--log-level", "none"]
        with environment_in_force():
            result = dbtRunner(manifest=self._manifest).invoke(
                [*arguments, "--vars", json.dumps(self._variables), *places, *logs]
            )
        if not result.success:
            failed = [r.node.name for r in getattr(result.result, "results", []) if r.status == "error"]
            raise WarehouseError(f"dbt {arguments[0]} failed: {', '.join(failed) or 'before any model'}.")
        return result.result


@contextmanager
def scratch_models(schema: str, as_of: str, clients: Sequence[Any]) -> Iterator[ScratchModels]:
    """The models for a schema, a range of days and some clients."""
    with tempfile.TemporaryDirectory(prefix="what-if-") as folder:
        yield ScratchModels(schema, as_of, clients, Path(folder))
