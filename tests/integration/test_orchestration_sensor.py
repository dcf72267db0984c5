"""A completed session is computed by itself, and its client's analytics, score and alerts with it."""

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
    moment = values.pop("completed_at", NOW - timedelta(days=days))
    return add_session(
        connection,
        values.pop("said", None) or talk(),
        coach_id=COACH,
        client_id=CLIENT,
        session_date=moment.date(),
        completed_at=moment,
        **values,
    )


def computed(connection: psycopg.Connection[Any]) -> set[uuid.UUID]:
    return {row[0] for row in connection.execute("select job_id from ai_backend.session_analytics")}


def scalar(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_completed_sessions__many_make_one_run_that_refreshes_their_client_at_once(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    jobs = {session(database, days_ago=day) for day in (40, 3)}

    requests, cursor = tick("completed_sessions", instance)
    assert len(requests) == 1
    assert requests[0].tags["dagster/priority"] == "1", "before the nightly runs that wait in the queue"
    result = run_request(requests[0], LIVE, instance)
    assert result.success
    for event in result.get_asset_materialization_events():
        shown = event.materialization.metadata
        schema = shown["dagster/column_schema"].value
        assert isinstance(schema, dg.TableSchema), event.asset_key
        assert schema.columns, event.asset_key
        if event.asset_key == dg.AssetKey(["ai_backend", "risk_scores"]):
            assert shown["latest/low"].value == 1
            assert shown["dagster/row_count"].value == 1
            assert "| low | 1 | █" in str(shown["chart"].value)
        if event.asset_key == dg.AssetKey(["ai_backend", "language_cues"]):
            assert shown["cues/commitment"].value == 2
            assert "| commitment | 2 | █" in str(shown["chart"].value)
        if event.asset_key == dg.AssetKey(["ai_backend", "risk_alert_episodes"]):
            assert (shown["opened"].value, shown["open_now"].value, shown["resolved"].value) == (0, 0, 0)
        if event.asset_key == dg.AssetKey(["cue_detection", "session_detections"]):
            assert (shown["sessions"].value, shown["succeeded"].value) == (2, 2)
            assert (shown["requests"].value, shown["prompt_tokens"].value) == (0, 0)
            assert "cost_usd" not in shown, "nothing was paid"

    assert computed(database) == jobs
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
    ), "cues are found before they are counted"
    # a refresh of one client says nothing of the day
    assert scalar(database, "select count(*) from operations.computed_dates") == 0

    assert tick("completed_sessions", instance, cursor)[0] == []


def test_completed_sessions__a_job_completed_long_ago_is_found_behind_the_cursor(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    _, cursor = tick("completed_sessions", instance)
    late = session(database, days_ago=200)

    requests, _ = tick("completed_sessions", instance, cursor)
    assert len(requests) == 1
    again, _ = tick("completed_sessions", instance, cursor)
    assert again[0].run_key == requests[0].run_key, "Dagster drops the second of two requests with one key"
    assert run_request(requests[0], LIVE, instance).success
    assert late in computed(database)


def test_completed_sessions__a_clock_set_back_loses_nothing(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    cursor = json.dumps({"last_full_scan_at": tomorrow, "mark": tomorrow})
    session(database, days_ago=2)
    assert len(tick("completed_sessions", instance, cursor)[0]) == 1


def test_completed_sessions__what_a_dead_run_left_is_asked_for_again(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    session(database, days_ago=2)
    requests, cursor = tick("completed_sessions", instance)
    run = instance.add_run(
        dg.DagsterRun(job_name=LIVE, tags=dict(requests[0].tags), status=dg.DagsterRunStatus.STARTED)
    )
    assert tick("completed_sessions", instance, cursor)[0] == [], "a run is under way"

    instance.report_run_failed(run)
    again, _ = tick("completed_sessions", instance, cursor)
    assert len(again) == 1
    assert again[0].run_key != requests[0].run_key, "Dagster drops the second of two requests with one key"


def test_completed_sessions__a_new_transcript_is_computed_again(
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


def test_completed_sessions__a_job_that_is_no_longer_completed_leaves_the_marts(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    _, cursor = tick("completed_sessions", instance)
    gone = min(computed(database))
    database.execute("update ai_backend.transcription_jobs set status = 'failed' where id = %s", [gone])

    requests, _ = tick("completed_sessions", instance, cursor)
    assert run_request(requests[0], LIVE, instance).success
    assert gone not in computed(database)
    assert tick("completed_sessions", instance, cursor)[0] == []


def test_completed_sessions__a_session_that_moves_to_another_client_concerns_both(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    former, present = new_id(), new_id()
    for client in (former, present):
        insert(database, "public.coach_clients", coach_id=COACH, client_id=client, status="active")
    moment = NOW - timedelta(days=3)
    moved = add_session(
        database, talk(), coach_id=COACH, client_id=former, session_date=moment.date(), completed_at=moment
    )
    scored = "select client_id from ai_backend.risk_scores where client_id = any(%s)"
    requests, _ = tick("completed_sessions", instance)
    assert run_request(requests[0], LIVE, instance).success
    assert database.execute(scored, [[former, present]]).fetchall() == [(former,)]

    database.execute(
        "update ai_backend.transcription_jobs set client_id = %s where id = %s", [present, moved]
    )
    requests, _ = tick("completed_sessions", instance)
    assert run_request(requests[0], LIVE, instance).success
    assert database.execute(scored, [[former, present]]).fetchall() == [(present,)]


def test_completed_sessions__other_models_ask_for_a_complete_run(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    with database.transaction(force_rollback=False):
        database.execute("update operations.model_builds set models_revision = 'older'")
    requests, _ = tick("completed_sessions", instance)
    assert [request.job_name for request in requests] == ["refresh_all"]
    assert tick("nightly_catch_up", instance)[0] == [], "a complete run speaks for the night too"
    database.execute("truncate operations.model_builds")
    record_build(database, "test")


def test_nightly_stragglers__begin_with_the_stage_that_the_others_rest_on(
    instance: dg.DagsterInstance, database: psycopg.Connection[Any]
) -> None:
    assert database.execute("select count(*) from operations.computed_dates").fetchone() == (0,)
    requests, _ = tick("nightly_catch_up", instance)
    assert [request.job_name for request in requests] == ["compute_client_analytics"]
    assert "dagster/priority" not in requests[0].tags


def test_compute_requests__are_answered_by_one_run_for_all(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    for _ in range(2):
        insert(database, "analytics_api.compute_requests", coach_id=COACH, client_id=CLIENT)

    requests, _ = tick("compute_requests", instance)
    assert len(requests) == 1
    assert requests[0].tags["dagster/priority"] == "1", "before the nightly runs that wait in the queue"
    assert run_request(requests[0], LIVE, instance).success
    states = database.execute(
        "select status, finished_at is not null from analytics_api.compute_tasks"
    ).fetchall()
    assert states == [("succeeded", True)] * 2
    assert tick("compute_requests", instance)[0] == []


def test_compute_requests__what_a_dead_run_left_is_taken_up_again_and_given_up_in_the_end(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:

    insert(database, "analytics_api.compute_requests", coach_id=COACH, client_id=CLIENT)
    keys = set()
    for attempt in range(1, 4):
        wanted, _ = tick("compute_requests", instance)
        assert len(wanted) == 1, attempt
        keys.add(wanted[0].run_key)
        # a run takes it up and dies: Dagster knows no run of this id any more
        taken = state.claim(database, f"dead-{attempt}", lambda run_id: run_id.startswith("dead-"))
        assert len(taken) == 1
    assert len(keys) == 3
    assert tick("compute_requests", instance)[0] == []
    row = database.execute(
        "select status, reason from analytics_api.compute_tasks order by requested_at desc limit 1"
    ).fetchone()
    assert row == ("failed", state.REASON)


def test_compute_session_analytics__sets_a_poisoned_session_aside_and_computes_the_others(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_SESSION_RETRY_SECONDS", "0")
    monkeypatch.setenv("PIPELINE_SESSION_MAX_ATTEMPTS", "2")
    poisoned = session(
        database, said=[Said("coach", 0, 5), Said("client", 5, 9_000_000, "a secret sentence")]
    )
    sound = {session(database, days_ago=day) for day in (5, 6)}

    for attempt in (1, 2):
        requests, _ = tick("completed_sessions", instance)
        assert len(requests) == 1, attempt
        assert run_request(requests[0], LIVE, instance).success
        assert sound <= computed(database)
        assert poisoned not in computed(database)

    assert tick("completed_sessions", instance)[0] == [], "set aside after its tries"
    row = database.execute(
        "select attempts, is_quarantined, next_attempt_at, reason from operations.quarantined_sessions where job_id = %s",
        [poisoned],
    ).fetchone()
    assert row is not None
    assert row[:3] == (2, True, None)
    assert "NumericValueOutOfRange (22003)" in row[3]
    assert "secret" not in row[3]

    add_transcript(database, poisoned, talk(), created_at=datetime.now(UTC))
    requests, _ = tick("completed_sessions", instance)
    assert run_request(requests[0], LIVE, instance).success
    assert poisoned in computed(database), "mended upstream: computed"
