"""Builds client windows, risk and alerts of one coach in a schema of their own."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode
from psycopg import sql

from dagster_pipelines.dbt.manifest import StaleManifestError, move, read_manifest, retarget_schema
from dagster_pipelines.dbt.runner import invoke
from warehouse.connection import temporary_environment
from warehouse.errors import WarehouseError

FIRST = ("int_clients__as_of_dates", "int_clients__sessions")
LAST = "int_alerts__episodes"
"""Built is what lies between the first models, which know the days and clients, and the last one."""
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
    """The models, some of them at home in a schema; what is not built there they read where it is."""

    def __init__(self, schema: str, copies: Collection[str], as_of: str, clients: Sequence[Any]) -> None:
        """Let a schema be the home of what is built, and of the models and seeds that it holds copies of."""
        self._variables = {"as_of": as_of, "client_ids": ",".join(map(str, clients))}
        try:
            # read anew: no other build of this process may take the schema for the models' home
            self._manifest = read_manifest()
        except StaleManifestError as error:
            raise WarehouseError(str(error)) from None
        self._built = _between(self._manifest)
        with temporary_environment():
            move(self._manifest, database=os.environ["DBT_PG_DBNAME"])
        retarget_schema(self._manifest, {*self._built, *copies}, schema=schema)

    def build(self) -> None:
        """Build them from the values in the schema."""
        with temporary_environment():
            result = invoke(["run", "--select", *self._built], self._variables, self._manifest)
        if not result.success:
            failed = [r.node.name for r in getattr(result.result, "results", []) if r.status == "error"]
            raise WarehouseError(f"dbt run failed: {', '.join(failed) or 'before any model'}.")


def _between(manifest: Manifest) -> list[str]:
    """Names of the models that rest on one of the first and that the last one rests on, these included."""
    models = {node.name: node for node in manifest.nodes.values() if isinstance(node, ModelNode)}
    rest_on_first = _reached(manifest.child_map, [models[name].unique_id for name in FIRST])
    last_rests_on = _reached(manifest.parent_map, [models[LAST].unique_id])
    return sorted(name for name, node in models.items() if node.unique_id in rest_on_first & last_rests_on)


def _reached(steps: Mapping[str, Sequence[str]], start: Sequence[str]) -> set[str]:
    found: set[str] = set()
    ahead = list(start)
    while ahead:
        if (node := ahead.pop()) not in found:
            found.add(node)
            ahead += steps.get(node, [])
    return found
