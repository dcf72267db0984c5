"""What `make manifest` read of the dbt project: data for the asset graph, dbt's own object for a build."""

import json
import os
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.paths import PROJECT_DIR

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


class StaleManifestError(Exception):
    """The dbt manifest is missing or older than the models; `make manifest` makes a new one."""


def fresh_manifest() -> Path:
    """Path of the dbt manifest.

    Raises StaleManifestError when it is missing or any file of the dbt project is newer: the asset graph
    would show yesterday's models. Make builds it once, since each Dagster process would parse again.
    """
    manifest = PROJECT_DIR / "target" / "manifest.json"
    if not manifest.exists():
        raise StaleManifestError(f"{manifest} is missing. Run `make manifest`.")
    built = manifest.stat().st_mtime
    files = [PROJECT_DIR / "dbt_project.yml", *(PROJECT_DIR / "dbt_project").rglob("*")]
    newer = [path for path in files if path.is_file() and path.stat().st_mtime > built]
    if newer:
        raise StaleManifestError(f"{newer[0]} is newer than {manifest}. Run `make manifest`.")
    return manifest


@cache
def manifest_content() -> Mapping[str, Any]:
    """The manifest as plain data, read once."""
    content: Mapping[str, Any] = json.loads(fresh_manifest().read_text())
    return content


@cache
def _manifest_in_use() -> "Manifest":
    return read_manifest()


def parsed_manifest() -> "Manifest":
    """dbt's own manifest for the database that the environment names, read once per process."""
    manifest = _manifest_in_use()
    move(manifest, database=os.environ["DBT_PG_DBNAME"])
    return manifest


def read_manifest() -> "Manifest":
    """dbt's own manifest, as it keeps it of its last parse. dbt itself would parse again for another server.

    Raises StaleManifestError as `fresh_manifest` does.
    """
    # Imported here: it takes seconds that only a run must spend.
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415
    from dbt.parser.manifest import extended_mashumuro_decoder  # noqa: PLC0415

    kept = fresh_manifest().with_name("partial_parse.msgpack")
    manifest = Manifest.from_msgpack(kept.read_bytes(), decoder=extended_mashumuro_decoder)
    # as dbt does after reading it
    manifest.build_parent_and_child_maps()  # type: ignore[no-untyped-call]
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def move(manifest: "Manifest", *, database: str) -> None:
    """Make a manifest another database's: dbt writes the name into every node when it parses."""
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        if name := getattr(node, "relation_name", None):
            node.relation_name = name.replace(f'"{node.database}".', f'"{database}".', 1)
        node.database = database


def retarget_schema(manifest: "Manifest", names: Collection[str], *, schema: str) -> None:
    """Let some models and seeds, given by name, be at home in another schema."""
    for node in manifest.nodes.values():
        if node.name in names:
            if node.relation_name:
                node.relation_name = node.relation_name.replace(f'"{node.schema}".', f'"{schema}".', 1)
            node.schema = schema
