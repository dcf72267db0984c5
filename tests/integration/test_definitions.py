"""What Dagster is given: a snapshot of keys and jobs, and a real run of a job."""

import json
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

SNAPSHOT = Path(__file__).parent / "snapshots" / "definitions.json"


def described(repository: dg.RepositoryDefinition) -> dict[str, Any]:
    """Asset keys, jobs, schedules and sensors, as the snapshot keeps them."""
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


def test_definitions__equal_the_snapshot(repository: dg.RepositoryDefinition) -> None:
    """After an intended change: UPDATE_SNAPSHOT=1 pytest tests/integration/test_definitions.py."""
    now = described(repository)
    if os.environ.get("UPDATE_SNAPSHOT"):
        SNAPSHOT.write_text(json.dumps(now, indent=2) + "\n")
    assert now == json.loads(SNAPSHOT.read_text())


def test_definitions__every_asset_has_group_description_and_owner(
    repository: dg.RepositoryDefinition,
) -> None:
    """The tables that others write, too."""
    graph = repository.asset_graph
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name not in (None, "default"), key
        assert node.description, key
        assert node.owners, key


def test_definitions__every_dbt_test_is_a_check_of_an_asset(repository: dg.RepositoryDefinition) -> None:
    from dagster_pipelines.dbt.manifest import manifest_content  # noqa: PLC0415 - reads the manifest

    tests = {n["name"] for n in manifest_content()["nodes"].values() if n["resource_type"] == "test"}
    assert tests
    assert tests - {key.name for key in repository.asset_graph.asset_check_keys} == set()


def test_definitions__groups_read_left_to_right(repository: dg.RepositoryDefinition) -> None:
    """As the architecture page draws them: no arrow turns back. Sessions and cues read each other."""
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
    back = {
        (graph.get(parent).group_name, graph.get(key).group_name)
        for key in graph.get_all_asset_keys()
        for parent in graph.get(key).parent_keys
        if place[graph.get(parent).group_name or ""] > place[graph.get(key).group_name or ""]
    }
    assert back == set()


def test_workspace__loads_the_definitions() -> None:
    workspace = Path(__file__).parents[2] / "workspace.yaml"
    assert "module_name: dagster_pipelines.definitions" in workspace.read_text()


def test_jobs__run_one_after_another(repository: dg.RepositoryDefinition) -> None:
    for name in (
        "compute_session_analytics",
        "compute_client_analytics",
        "compute_risk_scores",
        "generate_risk_alerts",
        "refresh_all",
    ):
        assert repository.get_job(name).tags["warehouse_writer"] == "one", name


def test_computed_days__a_range_is_one_run(repository: dg.RepositoryDefinition) -> None:
    node = repository.asset_graph.get(dg.AssetKey(["operations", "computed_days"]))
    assert node.backfill_policy == dg.BackfillPolicy.single_run()
