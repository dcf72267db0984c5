"""Sensors: a completed session starts a run that computes it and its client's analytics, score and alerts."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_pipelines.state import compute_requests as state
from dagster_pipelines.state.model_builds import record_build
from dagster_pipelines.state.write_lock import connect
from tests.support.orchestration import run_request, tick
from tests.support.rows import Said, add_session, add_transcript, insert, new_id

pytestmark = pytest.mark.long

LIVE = "compute_session_analytics"
NOW = datetime.now(UTC)
COACH, CLIENT = new_id(), new_id()


def talk() -> list[Said]:
    return [Said("coach", 0, 60, "How are you?"), Said("client", 60, 130, "I will call them tomorrow.")]


@pytest.fixture(scope="module")
def database(built_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with connect() as connection:
        record_build(connection, "test")
        insert(connection, "public.coach_clients", coach_id=COACH, client_id=CLIENT, status="active")
        yield connection


def session(connection: psycopg.Connection[Any], **values: Any) -> uuid.UUID:
    days = values.pop("days_ago", 1)
    completed_at = values.pop("completed_at", NOW - timedelta(days=days))
    return add_session(
        connection,
        values.pop("said", None) or talk(),
        coach_id=COACH,
        client_id=CLIENT,
        session_date=completed_at.date(),
        completed_at=completed_at,
        **values,
    )


def computed(connection: psycopg.Connection[Any]) -> set[uuid.UUID]:
    return {row[0] for row in connection.execute("select job_id from ai_backend.session_analytics")}


def scalar(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def metadata_of(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """Return the metadata of each materialization by table name."""
    return {
        event.asset_key.path[-1]: event.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }


@pytest.fixture(scope="module")
def first_run(database: psycopg.Connection[Any], instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """The run that the sensor requests for two sessions of one client."""
    for days in (40, 3):
        session(database, days_ago=days)
    (request,), _ = tick("completed_sessions", instance)
    assert request.tags["dagster/priority"] == "1", "started before queued nightly runs"
    result = run_request(request, LIVE, instance)
    assert result.success
    return result


def test_completed_sessions__one_run_computes_all_sessions_and_their_client(
    first_run: dg.ExecuteInProcessResult, database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    assert len(computed(database)) == 2
    assert (
        scalar(
            database, "select total_sessions from ai_backend.client_analytics where window_type = 'all_time'"
        )
        == 2
    )
    assert scalar(database, "select count(*) from ai_backend.risk_scores") == 1
    assert scalar(database, "select count(*) from operations.clients_to_refresh") == 0
    assert scalar(database, "select count(*) from cue_detection.session_detections") == 2
    assert (
        scalar(
            database,
            "select count(*) from ai_backend.session_analytics "
            "where has_cue_evidence and not 'cue_detection_pending' = any(quality_warnings)",
        )
        == 2
    ), "cues are detected before they are counted"
    assert scalar(database, "select count(*) from operations.computed_dates") == 0, "only one client"
    assert tick("completed_sessions", instance)[0] == []


def test_materializations__have_columns_counts_and_charts(first_run: dg.ExecuteInProcessResult) -> None:
    metadata = metadata_of(first_run)
    for table in metadata.keys() - {"alert_deliveries"}:
        schema = metadata[table]["dagster/column_schema"].value
        assert isinstance(schema, dg.TableSchema), table
        assert schema.columns, table
    scores = metadata["risk_scores"]
    assert scores["latest/low"].value == 1
    assert scores["dagster/row_count"].value == 1
    assert "| low | 1 | █" in str(scores["chart"].value)
    cues = metadata["language_cues"]
    assert cues["cues/commitment"].value == 2
    assert "| commitment | 2 | █" in str(cues["chart"].value)
    alerts = metadata["risk_alert_episodes"]
    assert (alerts["opened"].value, alerts["open"].value, alerts["resolved"].value) == (0, 0, 0)
    detections = metadata["session_detections"]
    assert (detections["sessions"].value, detections["succeeded"].value) == (2, 2)
    assert (detections["requests"].value, detections["prompt_tokens"].value) == (0, 0)
    assert "cost_usd" not in detections, "the local detector costs nothing"
    assert metadata["alert_deliveries"]["enqueued"].value == 0


def test_materializations__of_an_incremental_run_mark_reused_views(
    first_run: dg.ExecuteInProcessResult,
) -> None:
    reused = {table for table, metadata in metadata_of(first_run).items() if "reused" in metadata}
    assert {"int_sessions__talk_time", "client_overview", "stg_cue_detection__utterance_cues"} <= reused
    assert not {"int_clients__as_of_dates", "int_risk__scores", "session_analytics"} & reused


@pytest.mark.usefixtures("first_run")
def test_completed_sessions__an_old_session_without_analytics_is_found_behind_the_cursor(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    _, cursor = tick("completed_sessions", instance)
    late = session(database, days_ago=200)

    requests, _ = tick("completed_sessions", instance, cursor)
    assert len(requests) == 1
    again, _ = tick("completed_sessions", instance, cursor)
    assert again[0].run_key == requests[0].run_key, "Dagster drops the second request with the same key"
    assert run_request(requests[0], LIVE, instance).success
    assert late in computed(database)


def test_completed_sessions__a_cursor_in_the_future_misses_nothing(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    """The clock may have been set back."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    cursor = json.dumps({"last_full_scan_at": tomorrow, "latest_source_update": tomorrow})
    session(database, days_ago=2)
    assert len(tick("completed_sessions", instance, cursor)[0]) == 1


def test_completed_sessions__work_of_a_failed_run_is_requested_again(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    session(database, days_ago=2)
    requests, cursor = tick("completed_sessions", instance)
    run = instance.add_run(
        dg.DagsterRun(job_name=LIVE, tags=dict(requests[0].tags), status=dg.DagsterRunStatus.STARTED)
    )
    assert tick("completed_sessions", instance, cursor)[0] == [], "a run is in progress"

    instance.report_run_failed(run)
    again, _ = tick("completed_sessions", instance, cursor)
    assert len(again) == 1
    assert again[0].run_key != requests[0].run_key, "Dagster drops the second request with the same key"


@pytest.mark.usefixtures("first_run")
def test_completed_sessions__a_new_transcript_is_recomputed(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    _, cursor = tick("completed_sessions", instance)
    job_id = min(computed(database))
    add_transcript(
        database,
        job_id,
        [Said("coach", 0, 10), Said("client", 10, 20), Said("coach", 20, 30)],
        created_at=datetime.now(UTC),
    )

    requests, _ = tick("completed_sessions", instance, cursor)
    assert len(requests) == 1
    assert run_request(requests[0], LIVE, instance).success
    row = database.execute(
        "select total_turns from ai_backend.session_analytics where job_id = %s", [job_id]
    ).fetchone()
    assert row == (3,)


@pytest.mark.usefixtures("first_run")
def test_completed_sessions__a_job_that_is_no_longer_completed_is_removed_from_the_marts(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    _, cursor = tick("completed_sessions", instance)
    removed = min(computed(database))
    database.execute("update ai_backend.transcription_jobs set status = 'failed' where id = %s", [removed])

    requests, _ = tick("completed_sessions", instance, cursor)
    assert run_request(requests[0], LIVE, instance).success
    assert removed not in computed(database)
    assert tick("completed_sessions", instance, cursor)[0] == []


def test_completed_sessions__a_session_that_moves_to_another_client_refreshes_both(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    former, current = new_id(), new_id()
    for client in (former, current):
        insert(database, "public.coach_clients", coach_id=COACH, client_id=client, status="active")
    completed_at = NOW - timedelta(days=3)
    moved = add_session(
        database,
        talk(),
        coach_id=COACH,
        client_id=former,
        session_date=completed_at.date(),
        completed_at=completed_at,
    )
    scored = "select client_id from ai_backend.risk_scores where client_id = any(%s)"
    requests, _ = tick("completed_sessions", instance)
    assert run_request(requests[0], LIVE, instance).success
    assert database.execute(scored, [[former, current]]).fetchall() == [(former,)]

    database.execute(
        "update ai_backend.transcription_jobs set client_id = %s where id = %s", [current, moved]
    )
    requests, _ = tick("completed_sessions", instance)
    assert run_request(requests[0], LIVE, instance).success
    assert database.execute(scored, [[former, current]]).fetchall() == [(current,)]


def test_completed_sessions__changed_models_start_a_full_run(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    database.execute("update operations.model_builds set models_revision = 'older'")
    requests, _ = tick("completed_sessions", instance)
    assert [request.job_name for request in requests] == ["refresh_all"]
    assert tick("nightly_catch_up", instance)[0] == [], "the full run also covers the night"
    database.execute("truncate operations.model_builds")
    record_build(database, "test")


def test_nightly_catch_up__starts_with_the_stage_on_which_the_others_depend(
    instance: dg.DagsterInstance, database: psycopg.Connection[Any]
) -> None:
    assert database.execute("select count(*) from operations.computed_dates").fetchone() == (0,)
    requests, _ = tick("nightly_catch_up", instance)
    assert [request.job_name for request in requests] == ["compute_client_analytics"]
    assert "dagster/priority" not in requests[0].tags


def test_compute_requests__one_run_completes_all(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    for _ in range(2):
        insert(database, "analytics_api.compute_requests", coach_id=COACH, client_id=CLIENT)

    requests, _ = tick("compute_requests", instance)
    assert len(requests) == 1
    assert requests[0].tags["dagster/priority"] == "1", "started before queued nightly runs"
    assert run_request(requests[0], LIVE, instance).success
    states = database.execute(
        "select status, finished_at is not null from analytics_api.compute_tasks"
    ).fetchall()
    assert states == [("succeeded", True)] * 2
    assert tick("compute_requests", instance)[0] == []


def test_compute_requests__are_claimed_again_after_a_run_died_and_fail_after_the_last_attempt(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    insert(database, "analytics_api.compute_requests", coach_id=COACH, client_id=CLIENT)
    keys = set()
    for attempt in range(1, 4):
        requests, _ = tick("compute_requests", instance)
        assert len(requests) == 1, attempt
        keys.add(requests[0].run_key)
        # a run claims it and dies: the instance knows no run with this id
        claimed = state.claim(database, f"dead-{attempt}", lambda run_id: run_id.startswith("dead-"))
        assert len(claimed) == 1
    assert len(keys) == 3
    assert tick("compute_requests", instance)[0] == []
    row = database.execute(
        "select status, reason from analytics_api.compute_tasks order by requested_at desc limit 1"
    ).fetchone()
    assert row == ("failed", state.FAILURE_REASON)


def test_quarantine__a_session_that_fails_is_left_out_and_the_others_are_computed(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_SESSION_RETRY_SECONDS", "0")
    monkeypatch.setenv("PIPELINE_SESSION_MAX_ATTEMPTS", "2")
    failing = session(database, said=[Said("coach", 0, 5), Said("client", 5, 9_000_000, "a secret sentence")])
    others = {session(database, days_ago=days) for days in (5, 6)}

    for attempt in (1, 2):
        requests, _ = tick("completed_sessions", instance)
        assert len(requests) == 1, attempt
        assert run_request(requests[0], LIVE, instance).success
        assert others <= computed(database)
        assert failing not in computed(database)

    assert tick("completed_sessions", instance)[0] == [], "no attempt is left"
    row = database.execute(
        "select attempts, is_quarantined, next_attempt_at, reason from operations.quarantined_sessions "
        "where job_id = %s",
        [failing],
    ).fetchone()
    assert row is not None
    assert row[:3] == (2, True, None)
    assert "NumericValueOutOfRange (22003)" in row[3]
    assert "secret" not in row[3]

    add_transcript(database, failing, talk(), created_at=datetime.now(UTC))
    requests, _ = tick("completed_sessions", instance)
    assert run_request(requests[0], LIVE, instance).success
    assert failing in computed(database), "corrected upstream"
