"""dbt within the tests' own process: the project is parsed once, and a run costs a third of a command."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from tests.support.databases import database_name
from tests.support.dbt import PROJECT_DIR, take_parsed
from warehouse.connection import environment


class Project:
    """The parsed project, which can be run against any database that has been migrated."""

    def __init__(self, database_url: str, scratch: Path, folder: Path = PROJECT_DIR) -> None:
        self._scratch = scratch
        self._folder = folder
        target = scratch / "target"
        target.mkdir(exist_ok=True)
        if folder == PROJECT_DIR:
            take_parsed(target)
        result = self._invoke(database_url, None, ["parse"])
        assert isinstance(result.result, Manifest)
        self._manifest = result.result
        self._database = database_name(database_url)

    def run(self, database_url: str, *select: str, **variables: Any) -> None:
        """`dbt run` for a selection, or for everything; fails the test when it does."""
        self._command(database_url, "run", list(select), variables)

    def seed(self, database_url: str, *select: str) -> None:
        """`dbt seed` for a selection; fails the test when it does."""
        self._command(database_url, "seed", list(select), {})

    def compiled(self, database_url: str, *select: str, **variables: Any) -> list[dict[str, Any]]:
        """The selected models, in the order of their dependencies, each with its compiled_code."""
        result = self._command(database_url, "compile", list(select), variables)
        assert isinstance(result.result, RunExecutionResult)
        nodes = {r.node.unique_id: r.node.to_dict() for r in result.result.results}
        return [nodes[key] for key in _in_order(nodes)]

    def compiled_manifest(self, database_url: str) -> dict[str, Any]:
        """The whole manifest, as `dbt compile` writes it."""
        self._command(database_url, "compile", [], {})
        manifest: dict[str, Any] = json.loads((self._scratch / "target" / "manifest.json").read_text())
        return manifest

    def _command(
        self, database_url: str, command: str, select: list[str], variables: dict[str, Any]
    ) -> dbtRunnerResult:
        written = [] if command == "compile" else ["--no-write-json"]
        arguments = [
            command,
            *written,
            "--vars",
            json.dumps(variables),
            *(["--select", *select] if select else []),
        ]
        result = self._invoke(database_url, self._moved(database_name(database_url)), arguments)
        failures = [
            (r.node.name, r.message)
            for r in getattr(result.result, "results", [])
            if r.status not in ("success", "pass")
        ]
        assert result.success, failures or result.exception
        return result

    def _moved(self, database: str) -> Manifest:
        """The manifest for another database: dbt writes the name into every node when it parses."""
        manifest: Manifest = self._manifest.deepcopy()  # type: ignore[no-untyped-call]
        for node in (*manifest.nodes.values(), *manifest.sources.values()):
            node.database = database
            name = getattr(node, "relation_name", None)
            if name:
                node.relation_name = name.replace(f'"{self._database}".', f'"{database}".')
        return manifest

    def _invoke(self, database_url: str, manifest: Manifest | None, arguments: list[str]) -> dbtRunnerResult:
        paths = ["--target-path", str(self._scratch / "target"), "--log-path", str(self._scratch)]
        with _database(database_url):
            return dbtRunner(manifest=manifest).invoke(
                [
                    *arguments,
                    *paths,
                    # nobody reads what dbt would write down of each run
                    "--log-level-file",
                    "none",
                    "--cache-selected-only",
                    "--project-dir",
                    str(self._folder),
                    "--profiles-dir",
                    str(self._folder),
                    "--quiet",
                ]
            )


@contextmanager
def _database(url: str) -> Iterator[None]:
    with patch.dict(os.environ, {"DATABASE_URL": url}), patch.dict(os.environ, environment()):
        yield


def _in_order(nodes: dict[str, Any]) -> list[str]:
    done: list[str] = []

    def visit(key: str) -> None:
        for parent in sorted(nodes[key]["depends_on"]["nodes"]):
            if parent in nodes:
                visit(parent)
        if key not in done:
            done.append(key)

    for key in sorted(nodes):
        visit(key)
    return done
