"""The dbt manifest: as JSON for the asset graph, and as dbt's own object for builds, parsed per target."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_pipelines.dbt.runner import run_dbt
from warehouse import embedded
from warehouse.paths import PROJECT_DIR

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

BUILT_TYPES = ("model", "seed")
"""Resource types that create a relation."""
PARTIAL_PARSE_FILE = "partial_parse.msgpack"
MAX_PARSED_TARGETS = 20
"""Targets of which the parse is kept."""


class StaleManifestError(Exception):
    """The manifest is missing or older than the dbt project, and cannot be parsed here."""


def fresh_manifest() -> Path:
    """Return the path of manifest.json, after parsing the project if the file is missing or outdated.

    Raises StaleManifestError if dbt fails, and in a read-only project directory (an image or the installation
    of a service): there the manifest is part of the installed version.
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
    parsed_at = manifest.stat().st_mtime
    files = [
        PROJECT_DIR / "dbt_project.yml",
        PROJECT_DIR / "selectors.yml",
        *(PROJECT_DIR / "dbt_project").rglob("*"),
    ]
    newer = next((path for path in files if path.is_file() and path.stat().st_mtime > parsed_at), None)
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
    """Return the content of manifest.json, read once per process."""
    content: Mapping[str, Any] = json.loads(fresh_manifest().read_text())
    return content


@cache
def built_nodes() -> Mapping[str, Mapping[str, Any]]:
    """Return the models and seeds in manifest.json by unique id."""
    return {
        unique_id: node
        for unique_id, node in manifest_content()["nodes"].items()
        if node["resource_type"] in BUILT_TYPES
    }


def tagged_models(*tags: str) -> list[str]:
    """Return the names of the models and seeds that have all of these tags."""
    return [node["name"] for node in built_nodes().values() if set(tags) <= set(node["tags"])]


def stored_marts(stage: str) -> list[str]:
    """Return the marts of a stage that are tables, not views."""
    return [
        node["name"]
        for node in built_nodes().values()
        if {stage, "marts"} <= set(node["tags"]) and node["config"].get("materialized") == "incremental"
    ]


def parsed_manifest() -> "Manifest":
    """Return dbt's manifest for the target that the environment names, parsed once per process.

    Raises StaleManifestError as `fresh_manifest` does.
    """
    fresh_manifest()
    return _parse_once(_target_directory())


def parse_manifest() -> "Manifest":
    """Return another copy of `parsed_manifest`, which the caller may modify."""
    fresh_manifest()
    return _parse_target(_target_directory())


def _parse_target(directory: Path) -> "Manifest":
    """Parse with dbt's partial parsing: only the first parse for a target is complete and takes seconds."""
    if not directory.exists():
        directory.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            for outdated in sorted(directory.parent.iterdir(), key=os.path.getmtime)[:-MAX_PARSED_TARGETS]:
                shutil.rmtree(outdated, ignore_errors=True)
        with suppress(FileNotFoundError):
            # dbt ignores it if it was parsed for another target
            shutil.copy(PROJECT_DIR / "target" / PARTIAL_PARSE_FILE, directory)
    result = run_dbt(["parse"], target_path=directory)
    if not result.success:
        raise RuntimeError("dbt parse failed; run `make manifest` to see the error") from result.exception
    manifest: Manifest = result.result  # type: ignore[assignment]
    return manifest


_parse_once = cache(_parse_target)


def _target_directory() -> Path:
    """Return the directory of the parse for the current target: in target/, or else in DAGSTER_HOME."""
    # the variables that profiles.yml reads
    variables = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith("DBT_") and "PASSWORD" not in name
    )
    key = hashlib.sha256(repr(variables).encode()).hexdigest()[:16]
    root = PROJECT_DIR / "target"
    if not os.access(root, os.W_OK):
        root = Path(os.environ.get("DAGSTER_HOME") or tempfile.mkdtemp(prefix="dbt-parse-"))
    return root / "parsed" / key
