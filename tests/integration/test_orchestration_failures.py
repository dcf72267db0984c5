"""Two runs at once, a killed run, a lost server, a failed test: nothing half-written, all of it heals."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_pipelines.failures import failure_sentence
from dagster_pipelines.options import run_config
from dagster_pipelines.state.writer import connect, single_writer
from tests.support.orchestration import run_job
from tests.support.rows import Said, add_session, insert, new_id
from warehouse import embedded
from warehouse.connection import environment

LIVE = "compute_session_analytics"
COACH = new_id()
SESSIONS = 12
PATIENCE_SECONDS = 240
"""How long a condition is waited for before a test gives up; nothing is measured against it."""
DBT_AT_WORK = (
    "select count(*) from pg_stat_activity "
    "where application_name = 'coaching-analytics-dbt' and datname = current_database()"
)
DBT_WAITING = (
    "select pid from pg_stat_activity where datname = current_database() "
    "and application_name = 'coaching-analytics-dbt' and wait_event_type = 'Lock'"
)
CUT_DBT_OFF = f"select pg_terminate_backend(pid) from ({DBT_WAITING}) as waiting"
KEEPS_WRITERS_OUT = "lock table ai_backend.session_analytics in share row exclusive mode"
STRONGER_THAN_ROW_SHARE = """
select l.mode, l.relation::regclass::text from pg_locks as l
where l.granted and l.relation = any(%s::regclass[]) and l.mode not in ('AccessShareLock', 'RowShareLock')
and l.pid in (select pid from pg_stat_activity where application_name like 'coaching-analytics%%')
"""
UPSTREAM = ["ai_backend.transcription_jobs", "ai_backend.transcripts", "ai_backend.utterances",
            "ai_backend.session_summaries", "public.coach_clients"]  # fmt: skip


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="module")
def marts(built_database_url: str, instance: dg.DagsterInstance) -> list[Any]:
    """The practice's marts as one undisturbed run leaves them."""
    with connect() as connection:
        for number in range(SESSIONS):
            client = new_id()
            insert(connection, "public.coach_clients", coach_id=COACH, client_id=client, status="active")
            moment = datetime.now(UTC) - timedelta(days=number)
            add_session(
                connection,
                [Said("coach", 0, 60, "How was it?"), Said("client", 60, 130, "I can't do this any more.")],
                coach_id=COACH, client_id=client, session_date=moment.date(), completed_at=moment,
            )  # fmt: skip
    assert run_job(LIVE, instance, run_config(rebuild=True)).success
    found = fingerprint()
    assert len(found) == SESSIONS + 3 * SESSIONS
    return found


def fingerprint() -> list[Any]:
    """What the marts say, without when they said it."""
    with connect() as connection:
        return (
            connection.execute(
                "select job_id, engagement_score, cue_resistance_count from ai_backend.session_analytics "
                "order by job_id"
            ).fetchall()
            + connection.execute(
                "select client_id, window_type, total_sessions from ai_backend.client_analytics order by 1, 2"
            ).fetchall()
        )


@contextmanager
def meanwhile(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Does `work` beside the block; the event tells it that the block has ended."""
    ended = threading.Event()
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work(ended)
        except BaseException as error:  # handed to the test
            failures.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert not failures, failures[0]


def is_at_work(connection: psycopg.Connection[Any]) -> bool:
    """Whether dbt has a connection to the database."""
    row = connection.execute(DBT_AT_WORK).fetchone()
    return bool(row and row[0])


@pytest.mark.usefixtures("marts")
def test_rebuild__holds_no_lock_that_upstream_would_wait_for(
    built_database_url: str, instance: dg.DagsterInstance
) -> None:
    strong: set[tuple[str, str]] = set()
    written = [0]

    def watch(ended: threading.Event) -> None:
        with connect() as watcher:
            while not ended.is_set():
                strong.update(watcher.execute(STRONGER_THAN_ROW_SHARE, [UPSTREAM]).fetchall())
                time.sleep(0.01)

    def write(ended: threading.Event) -> None:
        # a lock that is not to be had at once is an error: so no wait goes unnoticed, and none is measured
        with psycopg.connect(built_database_url, autocommit=True) as upstream:
            upstream.execute("set lock_timeout = '1ms'")
            while not ended.is_set():
                with upstream.transaction():
                    upstream.execute(
                        "update ai_backend.transcription_jobs set progress = (progress + 1) % 100"
                    )
                    upstream.execute(
                        "with job as (insert into ai_backend.transcription_jobs (coach_id, client_id) "
                        "values (gen_random_uuid(), gen_random_uuid()) returning id) "
                        "insert into ai_backend.transcripts (job_id) select id from job"
                    )
                written[0] += 1
                time.sleep(0.02)

    with meanwhile(watch), meanwhile(write):
        assert run_job(LIVE, instance, run_config(rebuild=True)).success
    with connect() as connection:
        connection.execute("delete from ai_backend.transcription_jobs where status <> 'completed'")
    assert strong == set()
    assert written[0] > 0


def test_two_runs__the_second_one_writes_nothing_while_the_first_one_writes(
    marts: list[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRITER_WAIT_SECONDS", "0")
    with single_writer(0):
        refused = run_job(LIVE, instance, run_config(rebuild=True))
    assert not refused.success
    error = next(e for e in refused.all_events if e.is_step_failure).step_failure_data.error
    assert error is not None
    assert "Another run is writing the marts" in error.message
    assert fingerprint() == marts


def test_two_runs_at_once__write_one_after_the_other(marts: list[Any], instance: dg.DagsterInstance) -> None:
    other = _start_run()
    assert run_job(LIVE, instance, run_config(rebuild=True)).success
    assert other.wait() == 0
    assert fingerprint() == marts


def _start_run() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dagster_pipelines.run", "--job", LIVE, "--rebuild"],
        cwd=Path(__file__).parents[2], env=os.environ | environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def test_killed_run__leaves_whole_marts_and_the_next_one_heals(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
    for wait in (0.0, 1.0):
        process = _start_run()
        _until_dbt_works(process)
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert fingerprint() == marts, "readers see the version before or after, never a half"

    assert run_job(LIVE, instance, run_config(rebuild=True)).success
    assert fingerprint() == marts


def _until_dbt_works(process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    with connect() as connection:
        while time.monotonic() < until and process.poll() is None:
            if is_at_work(connection):
                return
            time.sleep(0.02)
    pytest.fail("the run never reached the database")


@contextmanager
def once_dbt_waits(act: Callable[[psycopg.Connection[Any]], Any]) -> Iterator[list[int]]:
    """Does `act` while a statement of dbt is held up: so it hits a statement, however fast the machine is.

    Gives how often it was done, for the test to look at afterwards.
    """
    done = [0]

    def work(ended: threading.Event) -> None:
        with connect() as operator, psycopg.connect(os.environ["DATABASE_URL"]) as holder:
            holder.execute(KEEPS_WRITERS_OUT)
            while not ended.is_set() and not done[0]:
                if operator.execute(DBT_WAITING).fetchall():
                    act(operator)
                    done[0] += 1
                time.sleep(0.02)
            if not holder.closed:
                with suppress(psycopg.OperationalError):  # the server it was connected to is gone
                    holder.rollback()

    with meanwhile(work):
        yield done


def retries(result: Any) -> int:
    """How often a step of a run was tried again."""
    return sum(event.event_type_value == "STEP_UP_FOR_RETRY" for event in result.all_events)


def test_write_errors__are_tried_three_times_more_with_growing_pauses(
    marts: list[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCK_TIMEOUT_SECONDS", "1")
    with psycopg.connect(os.environ["DATABASE_URL"]) as holder:
        holder.execute(KEEPS_WRITERS_OUT)
        result = run_job(LIVE, instance, run_config(rebuild=True))
    assert not result.success
    assert retries(result) == 3
    pauses = [
        event.step_retry_data.seconds_to_wait or 0
        for event in result.all_events
        if event.event_type_value == "STEP_UP_FOR_RETRY"
    ]
    assert pauses[2] > pauses[0], pauses
    error = next(e for e in result.all_events if e.is_step_failure).step_failure_data.error
    assert error is not None
    assert failure_sentence(error).endswith("LockNotAvailable (55P03)"), "the operator is told why"
    assert fingerprint() == marts


def test_lost_connections__are_tried_again_until_the_run_succeeds(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
    with once_dbt_waits(lambda operator: operator.execute(CUT_DBT_OFF)) as done:
        result = run_job(LIVE, instance, run_config(rebuild=True))
    assert done == [1]
    assert result.success
    assert retries(result) == 1
    assert fingerprint() == marts


def test_restarted_server__is_waited_for_by_the_run(marts: list[Any], instance: dg.DagsterInstance) -> None:
    if "WAREHOUSE_HOME" not in os.environ:
        pytest.skip("the server that DATABASE_URL names is not ours to restart")

    def restart(_: psycopg.Connection[Any]) -> None:
        embedded.down()
        embedded.up()

    with once_dbt_waits(restart) as done:
        result = run_job(LIVE, instance, run_config(rebuild=True))
    assert done == [1]
    assert result.success
    assert retries(result) >= 1
    assert fingerprint() == marts


def test_failed_dbt_test__stops_what_depends_on_it_the_detector_included(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
    with connect() as connection:
        # upstream has lost its key, and doubles a transcript of which the detector would read
        connection.execute("alter table ai_backend.transcripts drop constraint transcripts_pkey cascade")
        connection.execute("insert into ai_backend.transcripts select * from ai_backend.transcripts limit 1")
    result = run_job("refresh_all", instance, run_config(rebuild=True))
    started = {event.step_key for event in result.all_events if event.event_type_value == "STEP_START"}
    failed = {event.step_key for event in result.all_events if event.is_step_failure}
    assert not result.success
    assert len(failed) == 1
    assert not {"detected_cues", "date_models"} & started, started
    error = next(e for e in result.all_events if e.is_step_failure).step_failure_data.error
    assert error is not None
    assert "test unique_stg_ai_backend__transcripts_transcript_id failed" in error.message
    told = {
        (check.asset_key.path[-1], check.check_name): check.passed
        for check in result.get_asset_check_evaluations()
    }
    assert [name for name, passed in told.items() if not passed] == [
        ("stg_ai_backend__transcripts", "unique_stg_ai_backend__transcripts_transcript_id")
    ], "the asset's page shows which check failed"
    assert any(told.values()), "and which others passed by then"
    built = {
        event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key
    }
    assert "stg_ai_backend__transcripts" in built
    assert "session_analytics" not in built
    assert fingerprint() == marts
