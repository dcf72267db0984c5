"""The Dagster definitions: a snapshot of names, and properties that every asset and job has."""

import json
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

SNAPSHOT = Path(__file__).parent / "snapshots" / "definitions.json"
STAGES = ("base", "sessions", "clients", "risk", "alerts")


def described(repository: dg.RepositoryDefinition) -> dict[str, Any]:
    """Return asset keys, jobs, schedules and sensors, as in the snapshot."""
    graph = repository.asset_graph
    return {
        "assets": sorted(key.to_user_string() for key in graph.materializable_asset_keys),
        "sources": sorted(key.to_user_string() for key in graph.external_asset_keys),
        "jobs": sorted(name for name in repository.job_names if not name.startswith("__")),
        "schedules": sorted(schedule.name for schedule in repository.schedule_defs),
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
    }


@pytest.fixture(scope="module")
def repository() -> dg.RepositoryDefinition:
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    return defs.get_repository_def()


@pytest.fixture(scope="module")
def nodes() -> dict[str, Any]:
    """Models and seeds by unique id."""
    from dagster_pipelines.dbt.manifest import built_nodes  # noqa: PLC0415 - reads the manifest

    return dict(built_nodes())


def test_definitions__equal_the_snapshot(repository: dg.RepositoryDefinition) -> None:
    """Update it after an intended change: UPDATE_SNAPSHOT=1 pytest tests/integration/test_definitions.py."""
    now = described(repository)
    if os.environ.get("UPDATE_SNAPSHOT"):
        SNAPSHOT.write_text(json.dumps(now, indent=2) + "\n")
    assert now == json.loads(SNAPSHOT.read_text())


def test_assets__have_group_description_and_owner(repository: dg.RepositoryDefinition) -> None:
    graph = repository.asset_graph
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name not in (None, "default"), key
        assert node.description, key
        assert node.owners, key


def test_assets__include_every_model_and_seed(
    repository: dg.RepositoryDefinition, nodes: dict[str, Any]
) -> None:
    names = {key.path[-1] for key in repository.asset_graph.materializable_asset_keys}
    assert {node["name"] for node in nodes.values()} - names == set()


def test_stages__a_model_is_computed_no_earlier_than_its_inputs(nodes: dict[str, Any]) -> None:
    """The cue detector's staging models have the tags base and sessions; the later stage counts."""

    def stage(node: dict[str, Any]) -> int:
        return max(STAGES.index(tag) for tag in node["tags"] if tag in STAGES)

    early = [
        (node["name"], nodes[parent]["name"])
        for node in nodes.values()
        for parent in node["depends_on"].get("nodes", ())
        if parent in nodes and stage(nodes[parent]) > stage(node)
    ]
    assert early == []


def test_checks__include_every_dbt_test(repository: dg.RepositoryDefinition) -> None:
    from dagster_pipelines.dbt.manifest import manifest_content  # noqa: PLC0415 - reads the manifest

    tests = {n["name"] for n in manifest_content()["nodes"].values() if n["resource_type"] == "test"}
    assert tests
    assert tests - {key.name for key in repository.asset_graph.asset_check_keys} == set()


def test_groups__depend_in_one_direction(repository: dg.RepositoryDefinition) -> None:
    """Except sessions and cues, which depend on each other."""
    order = [
        {"sources", "seeds"},
        {"staging"},
        {"sessions", "cues"},
        {"clients"},
        {"risk"},
        {"alerts"},
        {"operations"},
    ]
    place = {name: number for number, names in enumerate(order) for name in names}
    graph = repository.asset_graph
    backward = {
        (graph.get(parent).group_name, graph.get(key).group_name)
        for key in graph.get_all_asset_keys()
        for parent in graph.get(key).parent_keys
        if place[graph.get(parent).group_name or ""] > place[graph.get(key).group_name or ""]
    }
    assert backward == set()


def test_workspace__loads_the_definitions() -> None:
    workspace = Path(__file__).parents[2] / "workspace.yaml"
    assert "module_name: dagster_pipelines.definitions" in workspace.read_text()


def test_jobs__that_write_run_one_at_a_time(repository: dg.RepositoryDefinition) -> None:
    for name in (
        "compute_session_analytics",
        "compute_client_analytics",
        "compute_risk_scores",
        "generate_risk_alerts",
        "refresh_all",
    ):
        assert repository.get_job(name).tags["warehouse_writer"] == "one", name


@pytest.mark.parametrize(
    ("name", "has_deliveries"),
    [
        ("compute_session_analytics", True),
        ("compute_client_analytics", False),
        ("compute_risk_scores", False),
        ("generate_risk_alerts", True),
        ("refresh_all", True),
    ],
)
def test_jobs__that_compute_alerts_enqueue_their_deliveries(
    repository: dg.RepositoryDefinition, name: str, has_deliveries: bool
) -> None:
    keys = repository.get_job(name).asset_layer.executable_asset_keys
    assert (dg.AssetKey(["operations", "alert_deliveries"]) in keys) == has_deliveries


def test_computed_dates__a_range_is_one_run(repository: dg.RepositoryDefinition) -> None:
    node = repository.asset_graph.get(dg.AssetKey(["operations", "computed_dates"]))
    assert node.backfill_policy == dg.BackfillPolicy.single_run()
