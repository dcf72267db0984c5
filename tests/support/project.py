"""Runs dbt in the process of the tests, on a manifest that is parsed once and retargeted to each database."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from dagster_pipelines.dbt.manifest import parse_manifest
from dagster_pipelines.dbt.runner import run_dbt
from tests.support.databases import database_name
from warehouse.connection import temporary_environment, temporary_variables
from warehouse.paths import PROJECT_DIR

NOWHERE = "postgresql://none@127.0.0.1:1/nowhere"
"""URL for parsing, which needs no database."""
NO_TESTS = ("--exclude-resource-type", "test", "unit_test")
PASSED = ("success", "pass")


class Project:
    """The parsed project; it can be run against any migrated database."""

    def __init__(self, manifest: Manifest, folder: Path = PROJECT_DIR) -> None:
        self.manifest = manifest
        self._folder = folder

    def build(self, database_url: str, *select: str, with_tests: bool = False, **variables: Any) -> None:
        """`dbt build` of a selection, or of everything; a failure fails the test."""
        self._command(database_url, ["build", *(() if with_tests else NO_TESTS)], select, variables)

    def run(self, database_url: str, *select: str, full_refresh: bool = False, **variables: Any) -> None:
        """`dbt run` of a selection, or of everything; a failure fails the test."""
        flags = ["--full-refresh"] if full_refresh else []
        self._command(database_url, ["run", *flags], select, variables)

    def seed(self, database_url: str, *select: str) -> None:
        """`dbt seed` of a selection; a failure fails the test."""
        self._command(database_url, ["seed"], select, {})

    def compiled(self, database_url: str, *select: str, **variables: Any) -> list[dict[str, Any]]:
        """The selected models with their compiled_code, in the order of their dependencies."""
        models = tuple(f"{one},resource_type:model" for one in select) or ("resource_type:model",)
        command = ["compile", "--indirect-selection", "empty"]
        result = self._command(database_url, command, models, variables).result
        assert isinstance(result, RunExecutionResult)
        nodes = {r.node.unique_id: r.node.to_dict() for r in result.results}
        return [nodes[key] for key in _in_order(nodes)]

    def compiled_manifest(self, database_url: str) -> dict[str, Any]:
        """The manifest of `dbt compile`."""
        self._command(database_url, ["compile"], (), {})
        with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
            self.manifest.write(file.name)  # type: ignore[no-untyped-call]
            written: dict[str, Any] = json.load(file)
        return written

    def _command(
        self, database_url: str, command: list[str], select: tuple[str, ...], variables: dict[str, Any]
    ) -> dbtRunnerResult:
        retarget_database(self.manifest, database_name(database_url))
        selection = ["--select", *select] if select else []
        with (
            temporary_variables({"DATABASE_URL": database_url}),
            temporary_environment(),
            preserve_behavior_flags(),
        ):
            result = run_dbt([*command, *selection], variables, self.manifest, project_dir=self._folder)
        results = getattr(result.result, "results", [])
        failures = [(r.node.name, r.message) for r in results if r.status not in PASSED]
        assert result.success, failures or result.exception
        return result


def parse(folder: Path = PROJECT_DIR, database_url: str = NOWHERE) -> Manifest:
    """Parse the files of a project completely."""
    with temporary_variables({"DATABASE_URL": database_url}), temporary_environment():
        result = run_dbt(["parse"], project_dir=folder)
    assert isinstance(result.result, Manifest), result.exception
    return result.result


@cache
def project() -> Project:
    """Return the project, parsed once per process."""
    with temporary_variables({"DATABASE_URL": NOWHERE}), temporary_environment():
        return Project(parse_manifest())


def retarget_database(manifest: Manifest, database: str) -> None:
    """Change the database of a manifest: dbt stores it in each node, and a parse per test would be slow."""
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        if name := getattr(node, "relation_name", None):
            node.relation_name = name.replace(f'"{node.database}".', f'"{database}".', 1)
        node.database = database


@contextmanager
def preserve_behavior_flags() -> Iterator[None]:
    """Restore dbt's list of behavior flags, which grows with each command and slows down the next ones."""
    before = list(DEFAULT_BASE_BEHAVIOR_FLAGS)
    try:
        yield
    finally:
        DEFAULT_BASE_BEHAVIOR_FLAGS[:] = before


def _in_order(nodes: dict[str, Any]) -> list[str]:
    parents = {key: sorted(nodes.keys() & node["depends_on"]["nodes"]) for key, node in sorted(nodes.items())}
    return list(TopologicalSorter(parents).static_order())
