"""Builds client windows, risk scores and alerts of one coach in a temporary schema."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from dbt.contracts.graph.manifest import Manifest
from psycopg import sql

from dagster_pipelines.dbt.manifest import StaleManifestError, parse_manifest
from dagster_pipelines.dbt.runner import run_dbt
from warehouse.connection import temporary_environment
from warehouse.errors import WarehouseError

FIRST = ("int_clients__as_of_dates", "int_clients__sessions")
LAST = "int_alerts__episodes"
"""Models on the paths from these first models to the last one are built."""
SCHEMA = "what_if"
"""A fixed name, so that erasures and later runs find the tables of a killed process."""
LOCK_KEY = 0x0DA6575F
"""Key of the advisory lock that allows one user of the schema."""


@contextmanager
def scratch_schema(connection: psycopg.Connection) -> Iterator[str]:
    """Create the schema while the block runs; the connection is in autocommit mode.

    Raises WarehouseError if another process uses it.
    """
    if connection.execute("select pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone() != (True,):
        raise WarehouseError("Another what-if is running. Retry in a minute.")
    clear = sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(SCHEMA))
    connection.execute(clear)
    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(SCHEMA)))
    try:
        yield SCHEMA
    finally:
        connection.execute(clear)
        connection.execute("select pg_advisory_unlock(%s)", [LOCK_KEY])


class ScratchModels:
    """The models, built in the schema from its copies and from relations that are not built there."""

    def __init__(self, schema: str, copies: Collection[str], as_of: str, clients: Sequence[Any]) -> None:
        """Redirect the built models and the copied models and seeds to the schema."""
        self._variables = {"as_of": as_of, "client_ids": ",".join(map(str, clients))}
        try:
            # a copy of its own: other builds in this process must not use the scratch schema
            with temporary_environment():
                self._manifest = parse_manifest()
        except StaleManifestError as error:
            raise WarehouseError(str(error)) from None
        self._built = _between(self._manifest)
        retarget_schema(self._manifest, {*self._built, *copies}, schema)

    def build(self) -> None:
        with temporary_environment():
            result = run_dbt(["run", "--select", *self._built], self._variables, self._manifest)
        if not result.success:
            failed = [r.node.name for r in getattr(result.result, "results", []) if r.status == "error"]
            raise WarehouseError(f"dbt run failed: {', '.join(failed) or 'no model was run'}.")


def retarget_schema(manifest: Manifest, names: Collection[str], schema: str) -> None:
    """Move models and seeds, given by name, to another schema: dbt stores it in each node when it parses."""
    for node in manifest.nodes.values():
        if node.name in names:
            if node.relation_name:
                node.relation_name = node.relation_name.replace(f'"{node.schema}".', f'"{schema}".', 1)
            node.schema = schema


def _between(manifest: Manifest) -> list[str]:
    """Return the models on the paths from FIRST to LAST, inclusive."""
    models = {node.name: node for node in manifest.nodes.values() if str(node.resource_type) == "model"}
    descendants = _reached(manifest.child_map, [models[name].unique_id for name in FIRST])
    ancestors = _reached(manifest.parent_map, [models[LAST].unique_id])
    return sorted(name for name, node in models.items() if node.unique_id in descendants & ancestors)


def _reached(steps: Mapping[str, Sequence[str]], start: Sequence[str]) -> set[str]:
    found: set[str] = set()
    queue = list(start)
    while queue:
        if (node := queue.pop()) not in found:
            found.add(node)
            queue += steps.get(node, [])
    return found
