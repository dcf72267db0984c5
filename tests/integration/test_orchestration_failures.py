"""Two runs at once, a killed run, lost connections: nothing half-written, and all of it heals."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest

from dagster_pipelines.options import run_config
from dagster_pipelines.state.writer import connect, single_writer
from tests.support.orchestration import run_job
from tests.support.rows import Said, add_session, insert, new_id
from warehouse.connection import environment

LIVE = "compute_session_analytics"
COACH = new_id()
SESSIONS = 12
STRONGER_THAN_ROW_SHARE = """
select l.mode, l.relation::regclass::text from pg_locks as l
where l.granted and l.relation = any(%s::regclass[]) and l.mode not in ('AccessShareLock', 'RowShareLock')
and l.pid in (select pid from pg_stat_activity where application_name = 'coaching-analytics-dbt')
"""
UPSTREAM = ["ai_backend.transcription_jobs", "ai_backend.transcripts", "ai_backend.utterances",
            "ai_backend.session_summaries", "public.coach_clients"]  # fmt: skip


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="module")
def database(built_database_url: str) -> Iterator[psycopg.Connection[Any]]:
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
        yield connection


def fingerprint(connection: psycopg.Connection[Any]) -> list[Any]:
    """What the marts say, without when they said it."""
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
def upstream_at_work(url: str) -> Iterator[list[float]]:
    """An upstream writer that updates a job and adds a transcript again and again; how long each took."""
    took: list[float] = []
    ended = threading.Event()

    def write() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not ended.is_set():
                begun = time.monotonic()
                with connection.transaction():
                    connection.execute(
                        "update ai_backend.transcription_jobs set progress = (progress + 1) % 100 "
                        "where id = (select id from ai_backend.transcription_jobs order by id limit 1)"
                    )
                    connection.execute(
                        "with job as (insert into ai_backend.transcription_jobs (coach_id, client_id) "
                        "values (gen_random_uuid(), gen_random_uuid()) returning id) "
                        "insert into ai_backend.transcripts (job_id) select id from job"
                    )
                took.append(time.monotonic() - begun)
                time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield took
    finally:
        ended.set()
        writer.join()


def test_rebuild__never_blocks_upstream(
    database: psycopg.Connection[Any], built_database_url: str, instance: dg.DagsterInstance
) -> None:
    strong: set[tuple[str, str]] = set()
    ended = threading.Event()

    def watch() -> None:
        with connect() as watcher:
            while not ended.is_set():
                strong.update(watcher.execute(STRONGER_THAN_ROW_SHARE, [UPSTREAM]).fetchall())
                time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with upstream_at_work(built_database_url) as took:
            assert run_job(LIVE, instance, run_config(rebuild=True)).success
    finally:
        ended.set()
        watcher.join()
    assert strong == set()
    assert len(took) > 20
    assert max(took) < 2.0
    database.execute("delete from ai_backend.transcription_jobs where status <> 'completed'")


def test_two_runs__the_second_waits_for_the_first(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRITER_WAIT_SECONDS", "0")
    with single_writer(0):
        refused = run_job(LIVE, instance, run_config(rebuild=True))
    assert not refused.success
    error = next(e for e in refused.all_events if e.is_step_failure).step_failure_data.error
    assert error is not None
    assert "Another run is writing the marts" in error.message


def test_killed_run__leaves_whole_marts_and_the_next_one_heals(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    assert run_job(LIVE, instance, run_config(rebuild=True)).success
    before = fingerprint(database)
    assert len(before) >= SESSIONS

    for wait in (0.0, 0.4, 0.9):
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster_pipelines.run", "--job", LIVE, "--rebuild"],
            cwd=Path(__file__).parents[2], env=os.environ | environment(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        _until_dbt_works(database, process)
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert fingerprint(database) == before, "readers see the version before or after, never a half"

    assert run_job(LIVE, instance, run_config(rebuild=True)).success
    assert fingerprint(database) == before


def _until_dbt_works(connection: psycopg.Connection[Any], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        row = connection.execute(
            "select count(*) from pg_stat_activity where application_name = 'coaching-analytics-dbt' "
            "and datname = current_database()"
        ).fetchone()
        if row and row[0]:
            return
        time.sleep(0.02)
    pytest.fail("the run never reached the database")


def test_lost_connections__are_tried_again_until_the_run_succeeds(
    database: psycopg.Connection[Any], instance: dg.DagsterInstance
) -> None:
    before = fingerprint(database)
    ended = threading.Event()
    cut = [0]

    def cut_twice() -> None:
        with connect() as operator:
            while not ended.is_set() and cut[0] < 2:
                cut[0] += len(
                    operator.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        "where datname = current_database() "
                        "and application_name = 'coaching-analytics-dbt' and state = 'active'"
                    ).fetchall()
                )
                time.sleep(0.05)

    cutter = threading.Thread(target=cut_twice)
    cutter.start()
    try:
        result = run_job(LIVE, instance, run_config(rebuild=True))
    finally:
        ended.set()
        cutter.join()
    assert cut[0] >= 1
    assert result.success
    assert any(event.event_type_value == "STEP_UP_FOR_RETRY" for event in result.all_events)
    assert fingerprint(database) == before
