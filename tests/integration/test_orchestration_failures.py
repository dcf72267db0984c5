"""Concurrent and killed runs, lost connections, failed tests: marts stay consistent, and runs recover."""

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
    BLOCK_WRITERS,
    BLOCKED_DBT,
    LIVE,
    error_of,
    fingerprint,
    in_background,
    rebuild,
    retries,
    while_dbt_is_blocked,
)
from tests.support.databases import fresh_database
from warehouse.connection import environment

pytestmark = pytest.mark.long

TIMEOUT_SECONDS = 240
"""Fails a test that waits for a condition; no duration is measured against it."""
PROCESSES = multiprocessing.get_context("forkserver")
"""Forks of a process that has imported a run's modules: the import takes longer than a run."""
PROCESSES.set_forkserver_preload(["dagster_pipelines.run", "dbt.cli.main"])
CONNECTED_DBT = (
    "select from pg_stat_activity "
    "where application_name = 'coaching-analytics-dbt' and datname = current_database()"
)
TERMINATE_DBT = f"select pg_terminate_backend(pid) from ({BLOCKED_DBT}) as blocked"
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
    """A copy of the computed data set for this module; DATABASE_URL names it."""
    with fresh_database(server_url, marts_template) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        yield url


@pytest.fixture(scope="module")
def marts(database_url: str) -> list[Any]:
    """The content of the marts before the first test."""
    return fingerprint()


@pytest.mark.usefixtures("marts")
def test_rebuild__holds_no_lock_that_blocks_upstream_writers(
    database_url: str, instance: dg.DagsterInstance
) -> None:
    strong: set[tuple[str, str]] = set()
    writes = [0]

    def watch(ended: threading.Event) -> None:
        with connect() as watcher:
            while not ended.is_set():
                strong.update(watcher.execute(STRONGER_THAN_ROW_SHARE, [UPSTREAM]).fetchall())
                time.sleep(0.01)

    def write(ended: threading.Event) -> None:
        # waiting for a lock is an error, so that no wait has to be measured
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
                writes[0] += 1
                time.sleep(0.02)

    with in_background(watch), in_background(write):
        assert rebuild(instance).success
    with connect() as connection:
        connection.execute("delete from ai_backend.transcription_jobs where status <> 'completed'")
    assert strong == set()
    assert writes[0] > 0


def test_write_lock__a_second_run_fails_without_writing_after_the_timeout(
    marts: list[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_WRITE_LOCK_TIMEOUT_SECONDS", "0")
    with hold_write_lock(0):
        second = rebuild(instance)
    assert not second.success
    assert "another run is writing the marts" in error_of(second).message
    assert fingerprint() == marts


def test_write_lock__concurrent_runs_write_one_after_the_other(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
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


def test_killed_run__leaves_the_marts_consistent_and_the_next_run_succeeds(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
    for delay in (0.0, 1.0):
        process = _start_run()
        _wait_until_dbt_is_connected(process)
        time.sleep(delay)
        assert process.pid
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        assert fingerprint() == marts, "readers see a complete version"

    assert rebuild(instance).success
    assert fingerprint() == marts


def _wait_until_dbt_is_connected(process: BaseProcess) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    with connect() as connection:
        while time.monotonic() < deadline and process.is_alive():
            if connection.execute(CONNECTED_DBT).fetchall():
                return
            time.sleep(0.02)
    pytest.fail("the run did not connect to the database")


def test_lock_timeout__is_retried_three_times_with_growing_delays(
    marts: list[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_LOCK_TIMEOUT_SECONDS", "1")
    with psycopg.connect(os.environ["DATABASE_URL"]) as holder:
        holder.execute(BLOCK_WRITERS)
        result = rebuild(instance)
    assert not result.success
    assert retries(result) == 3
    delays = [
        event.step_retry_data.seconds_to_wait or 0
        for event in result.all_events
        if event.event_type_value == "STEP_UP_FOR_RETRY"
    ]
    assert delays[2] > delays[0], delays
    assert failure_message(error_of(result)).endswith("LockNotAvailable (55P03)")
    assert fingerprint() == marts


def test_lost_connection__is_retried(marts: list[Any], instance: dg.DagsterInstance) -> None:
    with while_dbt_is_blocked(lambda operator: operator.execute(TERMINATE_DBT)) as calls:
        result = rebuild(instance)
    assert calls == [1]
    assert result.success
    assert retries(result) == 1
    assert fingerprint() == marts


def test_failed_dbt_test__stops_the_steps_that_depend_on_it(
    marts: list[Any], instance: dg.DagsterInstance
) -> None:
    with connect() as connection:
        # a duplicate transcript without the primary key; the cue detector would read it
        connection.execute("alter table ai_backend.transcripts drop constraint transcripts_pkey cascade")
        connection.execute("insert into ai_backend.transcripts select * from ai_backend.transcripts limit 1")
    result = rebuild(instance, "refresh_all")
    started = {event.step_key for event in result.all_events if event.event_type_value == "STEP_START"}
    failed = {event.step_key for event in result.all_events if event.is_step_failure}
    assert not result.success
    assert len(failed) == 1
    assert not {"detected_cues", "date_models"} & started, started
    assert "test unique_stg_ai_backend__transcripts_transcript_id failed" in error_of(result).message
    passed = {
        (check.asset_check_key.asset_key.path[-1], check.check_name): check.passed
        for check in result.get_asset_check_evaluations()
    }
    assert [name for name, has_passed in passed.items() if not has_passed] == [
        ("stg_ai_backend__transcripts", "unique_stg_ai_backend__transcripts_transcript_id")
    ], "the asset shows the failed check"
    assert any(passed.values()), "and the checks that passed before"
    built = {
        event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key
    }
    assert "stg_ai_backend__transcripts" in built
    assert "session_analytics" not in built
    assert fingerprint() == marts
