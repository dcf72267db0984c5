"""What Dagster is given: a snapshot of keys and jobs, and a real run of a job."""

import json
import os
import uuid
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from tests.support.rows import Said, add_session
from warehouse.connection import environment

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
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - needs the manifest

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
    graph = repository.asset_graph
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.group_name not in (None, "default"), key
        assert node.description, key
        assert node.owners, key


def test_workspace__loads_the_definitions() -> None:
    workspace = Path(__file__).parents[2] / "workspace.yaml"
    assert "module_name: dagster_pipelines.definitions" in workspace.read_text()


def test_compute_session_analytics__computes_a_completed_session(
    database_url: str, repository: dg.RepositoryDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url) as connection:
        job_id = add_session(
            connection, [Said("coach", 0, 60, "How are you?"), Said("client", 60, 130, "Fine.")]
        )
    for name, value in environment().items():
        monkeypatch.setenv(name, value)

    result = repository.get_job("compute_session_analytics").execute_in_process(
        instance=dg.DagsterInstance.ephemeral()
    )

    assert result.success
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "select job_id, total_turns, coach_question_count from ai_backend.session_analytics"
        ).fetchall()
    assert rows == [(uuid.UUID(str(job_id)), 2, 1)]
    materialized = {event.asset_key for event in result.get_asset_materialization_events()}
    assert dg.AssetKey(["ai_backend", "session_analytics"]) in materialized
    checks = result.get_asset_check_evaluations()
    assert checks
    assert all(check.passed for check in checks)
