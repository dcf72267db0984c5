"""Contracts for undocumented behavior of dbt on which builds, tests and the what-if comparison rely."""

import ast
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS
from dbt.contracts.graph.manifest import Manifest

from dagster_pipelines.dbt.errors import sqlstate_in_traceback
from dagster_pipelines.dbt.manifest import parse_manifest
from dagster_pipelines.dbt.runner import run_dbt
from dagster_pipelines.resources.dbt import EXCEPTION_EVENT
from tests.support.databases import database_name
from tests.support.project import NOWHERE, parse, preserve_behavior_flags, project, retarget_database
from warehouse.connection import temporary_environment, temporary_variables
from warehouse.paths import PROJECT_DIR
from what_if.scratch import retarget_schema

PACKAGES = ("dagster", "dagster_dbt", "dagster_shared", "dbt", "dbt_common")
DOCUMENTED = {"dbt.cli.main", "dbt.contracts.graph.manifest", "dbt.artifacts.schemas.run"}
"""Modules that are not top-level packages, and that the documentation of dbt uses."""
CONTRACTS = {
    "dbt.adapters.base.impl": ["tests/project/test_private_apis.py", "tests/support/project.py"],
    "dbt.contracts.graph.nodes": ["tests"],
}
"""Other modules, and the files or directories that may import them."""
ELSEWHERE = "postgresql://nobody@127.0.0.1:1/elsewhere"


def test_imports__of_dagster_and_dbt_are_documented_or_have_a_contract() -> None:
    found: dict[str, list[str]] = {}
    for path in sorted(PROJECT_DIR.glob("[a-z]*/**/*.py")):
        for module in imported_modules(path):
            if module.split(".")[0] in PACKAGES and module not in DOCUMENTED | set(PACKAGES):
                found.setdefault(module, []).append(str(path.relative_to(PROJECT_DIR)))
    undocumented = {
        module: files
        for module, files in found.items()
        if not all(file.startswith(tuple(CONTRACTS.get(module, ()))) for file in files)
    }
    assert undocumented == {}


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_retarget_database__equals_a_parse_for_that_database() -> None:
    with temporary_variables({"DATABASE_URL": NOWHERE}), temporary_environment():
        manifest = parse_manifest()
    parsed = parse(database_url=ELSEWHERE)
    assert content(manifest) != content(parsed)
    retarget_database(manifest, database_name(ELSEWHERE))
    assert content(manifest) == content(parsed)


def test_retarget_schema__changes_the_relations_of_the_named_models_only() -> None:
    with temporary_variables({"DATABASE_URL": NOWHERE}), temporary_environment():
        manifest = parse_manifest()
    before = relations(manifest)
    retarget_schema(manifest, {"int_clients__windows", "risk_parameters"}, "what_if")
    after = relations(manifest)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"int_clients__windows", "risk_parameters"}
    assert after["int_clients__windows"] == '"nowhere"."what_if"."int_clients__windows"'


def test_behavior_flags__grow_with_each_command_unless_they_are_preserved() -> None:
    with temporary_variables({"DATABASE_URL": NOWHERE}), temporary_environment():
        before = list(DEFAULT_BASE_BEHAVIOR_FLAGS)
        with preserve_behavior_flags():
            assert run_dbt(["list", "--select", "session_analytics"], manifest=project().manifest).success
            assert len(DEFAULT_BASE_BEHAVIOR_FLAGS) > len(before), "preserve_behavior_flags can be removed"
        assert before == DEFAULT_BASE_BEHAVIOR_FLAGS


@pytest.mark.parametrize(
    ("expression", "sqlstate"),
    [
        ("99999999999::bigint::integer", "22003"),
        ("x from (values (1)) as one", "42703"),
        ("pg_terminate_backend(pg_backend_pid())", ""),
    ],
    ids=["out of range", "undefined column", "lost connection"],
)
def test_exception_event__contains_the_traceback_of_a_failed_model(
    database_url: str, tmp_path: Path, expression: str, sqlstate: str
) -> None:
    (tmp_path / "dbt_project.yml").write_text(
        'name: failing\nversion: "1.0"\nprofile: coaching_analytics\nmodel-paths: [models]\n'
    )
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "failing.sql").write_text(
        "{{ config(materialized='table') }} select " + expression
    )
    shutil.copy(PROJECT_DIR / "profiles.yml", tmp_path)
    found = {}

    def listen(event: Any) -> None:
        if event.info.name == EXCEPTION_EVENT:
            found[event.data.node_info.unique_id] = sqlstate_in_traceback(event.data.exc_info)

    with temporary_environment():
        assert not run_dbt(["run"], project_dir=tmp_path, callbacks=[listen]).success
    assert found == {"model.failing.failing": sqlstate}


def content(manifest: Manifest) -> dict[str, Any]:
    """Return everything that a build reads from a manifest, without timestamps."""
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


def relations(manifest: Manifest) -> dict[str, Any]:
    return {node.name: getattr(node, "relation_name", None) for node in manifest.nodes.values()}
