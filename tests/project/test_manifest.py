"""A build reads what `make manifest` kept, moved to its database: the same as if dbt parsed for it."""

from itertools import chain
from typing import Any

from dbt.contracts.graph.manifest import Manifest

from dagster_pipelines.dbt.manifest import move, read_manifest
from tests.support.databases import database_name
from tests.support.project import NOWHERE, parse


def test_move__gives_what_dbt_parses_for_another_database() -> None:
    moved = read_manifest()
    assert content(moved) != content(parsed := parse())
    move(moved, database=database_name(NOWHERE))
    assert content(moved) == content(parsed)


def content(manifest: Manifest) -> dict[str, Any]:
    """Everything a build reads, without when it was written."""
    parts = (
        manifest.nodes,
        manifest.sources,
        manifest.macros,
        manifest.exposures,
        manifest.unit_tests,
        manifest.groups,
    )
    found = {key: part.to_dict() for key, part in chain.from_iterable(each.items() for each in parts)}
    for part in found.values():
        part.pop("created_at", None)
    return found | {"children": manifest.child_map}
