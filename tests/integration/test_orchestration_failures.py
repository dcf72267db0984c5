"""Two runs at once, a killed run, a lost connection, a failed test: nothing half-written, all of it heals."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_pipelines.failure_messages import failure_message
from dagster_pipelines.state.write_lock import connect, hold_write_lock
from tests.support.concurrent_rebuild import (
    DBT_WAITING,
    KEEPS_WRITERS_OUT,
    LIVE,
    error_of,
    fingerprint,
    meanwhile,
    once_dbt_waits,
    rebuild,
    retries,
)
from tests.support.databases import fresh_database
from warehouse.connection import environment

pytestmark = pytest.mark.long

PATIENCE_SECONDS = 240
"""How long a condition is waited for before a test gives up; nothing is measured against it."""
PROCESSES = multiprocessing.get_context("forkserver")
"""Copies of one process that has imported all that a run needs: an import takes longer than a run."""
PROCESSES.set_forkserver_preload(["dagster_pipelines.run", "dbt.cli.main"])
DBT_AT_WORK = (
    "select from pg_stat_activity "
    "where application_name = 'coaching-analytics-dbt' and datname = current_database()"
)
CUT_DBT_OFF = f"select pg_terminate_backend(pid) from ({DBT_WAITING}) as waiting"
STRONGER_THAN_ROW_SHARE = """
select l.mode, l.relation::regclass::text from pg_locks as l
where l.granted and l.relation = any(%s::regclass[]) and l.mode not in ('AccessShareLock', 'RowShareLock')
and l.pid in (
    select pid from pg_stat_activity
    where application_name like 'coaching-analytics%%' and datname = current_database()
)
"""
UPSTREAM = [
    "ai_backend.transcription_jobs",
    "ai_backend.transcripts",
    "ai_backend.utterances",
    "ai_backend.session_summaries",
    "public.coach_clients",
]


@pytest.fixture(scope="module")
def database_url(server_url: str, marts_template: str) -> Iterator[str]:
    """A database of the module's own with the practice; in DATABASE_URL too."""
    with fresh_database(server_url, marts_template) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        yield url


@pytest.fixture(scope="module")
def marts(database_url: str) -> list[Any]:
    """What the marts say before anything disturbs them."""
    return fingerprint()


@pytest.mark.usefixtures("marts")
def test_rebuild__holds_no_lock_that_upstream_would_wait_for(
    database_url: str, instance: dg.DagsterInstance
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
        with psycopg.connect(database_url, autocommit=True) as upstream:
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
        assert rebuild(instance).success
    with connect() as connection:
        connection.execute("delete from ai_backend.transcription_jobs where status <> 'completed'")
    assert strong == set()
    assert written[0] > 0


def test_two_runs__the_second_one_writes_nothing_while_the_first_one_writes(
    marts: list[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_WRITE_LOCK_TIMEOUT_SECONDS", "0")
    with hold_write_lock(0):
        refused = rebuild(instance)
    assert not refused.success
    assert "Another run is writing the marts" in error_of(refused).message
    assert fingerprint() == marts


def test_two_runs_at_once__write_one_after_the_other(marts: list[Any], instance: dg.DagsterInstance) -> None:
    other = _start_run()
    assert rebuild(instance).success
    other.join()
    assert other.exitcode == 0
    assert fingerprint() == marts


def _start_run() -> BaseProcess:
    process = PROCESSES.Process(target=_run, args=(os.environ | environment(),))
    process.start()
    return process


def _run(variables: dict[str, str]) -> None:
    from dagster_pipelines.run import main  # noqa: PLC0415 - reads the manifest

    os.setsid()
    os.environ.update(variables)
    sys.exit(main(["--job", LIVE, "--rebuild"]))


def test_killed_run__leaves_whole_marts_and_the_next_one_heals(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
    for wait in (0.0, 1.0):
        process = _start_run()
        _until_dbt_works(process)
        time.sleep(wait)
        assert process.pid
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        assert fingerprint() == marts, "readers see the version before or after, never a half"

    assert rebuild(instance).success
    assert fingerprint() == marts


def _until_dbt_works(process: BaseProcess) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    with connect() as connection:
        while time.monotonic() < until and process.is_alive():
            if connection.execute(DBT_AT_WORK).fetchall():
                return
            time.sleep(0.02)
    pytest.fail("the run never reached the database")


def test_write_errors__are_tried_three_times_more_with_growing_pauses(
    marts: list[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_LOCK_TIMEOUT_SECONDS", "1")
    with psycopg.connect(os.environ["DATABASE_URL"]) as holder:
        holder.execute(KEEPS_WRITERS_OUT)
        result = rebuild(instance)
    assert not result.success
    assert retries(result) == 3
    pauses = [
        event.step_retry_data.seconds_to_wait or 0
        for event in result.all_events
        if event.event_type_value == "STEP_UP_FOR_RETRY"
    ]
    assert pauses[2] > pauses[0], pauses
    assert failure_message(error_of(result)).endswith("LockNotAvailable (55P03)"), "the operator is told why"
    assert fingerprint() == marts


def test_lost_connections__are_tried_again_until_the_run_succeeds(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
    with once_dbt_waits(lambda operator: operator.execute(CUT_DBT_OFF)) as done:
        result = rebuild(instance)
    assert done == [1]
    assert result.success
    assert retries(result) == 1
    assert fingerprint() == marts


def test_failed_dbt_test__stops_what_depends_on_it_the_detector_included(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
    with connect() as connection:
        # upstream has lost its key, and doubles a transcript of which the detector would read
        connection.execute("alter table ai_backend.transcripts drop constraint transcripts_pkey cascade")
        connection.execute("insert into ai_backend.transcripts select * from ai_backend.transcripts limit 1")
    result = rebuild(instance, "refresh_all")
    started = {event.step_key for event in result.all_events if event.event_type_value == "STEP_START"}
    failed = {event.step_key for event in result.all_events if event.is_step_failure}
    assert not result.success
    assert len(failed) == 1
    assert not {"detected_cues", "date_models"} & started, started
    assert "test unique_stg_ai_backend__transcripts_transcript_id failed" in error_of(result).message
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
