"""What `make manifest` read of the dbt project: data for the asset graph, dbt's own object for a build."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse import embedded
from warehouse.paths import PROJECT_DIR

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


class StaleManifestError(Exception):
    """The dbt manifest is missing or older than the models, and can't be parsed here."""


def fresh_manifest() -> Path:
    """Path of the dbt manifest; parses the project when a file of it is newer or there is no manifest.

    Raises StaleManifestError when dbt fails, and in a read-only project directory (an image, a service's
    installation): there the manifest belongs to the installed version.
    """
    manifest = PROJECT_DIR / "target" / "manifest.json"
    if reason := _stale_reason(manifest):
        if not os.access(PROJECT_DIR, os.W_OK):
            raise StaleManifestError(f"{reason} Run `make manifest`.")
        manifest.parent.mkdir(exist_ok=True)
        with manifest.with_name("parse.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # another process may have parsed in the meantime
            if _stale_reason(manifest):
                _parse()
    return manifest


def _stale_reason(manifest: Path) -> str | None:
    if not manifest.exists():
        return f"{manifest} is missing."
    built = manifest.stat().st_mtime
    files = [PROJECT_DIR / "dbt_project.yml", *(PROJECT_DIR / "dbt_project").rglob("*")]
    newer = next((path for path in files if path.is_file() and path.stat().st_mtime > built), None)
    return f"{newer} is newer than {manifest}." if newer else None


def _parse() -> None:
    embedded.write_dbt_profile()
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [dbt, "--quiet", "parse"], cwd=PROJECT_DIR, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise StaleManifestError(f"`dbt parse` failed:\n{done.stdout}{done.stderr}")


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
