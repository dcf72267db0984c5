"""A small practice whose marts are rebuilt by real runs, and what is done to a run while it writes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import psycopg
from dagster_shared.error import SerializableErrorInfo

from dagster_pipelines.options import run_config
from dagster_pipelines.state.write_lock import connect
from tests.support.orchestration import run_job
from tests.support.rows import Said, add_session, insert, new_id
from warehouse.connection import url

LIVE = "compute_session_analytics"
COACH = new_id()
SESSIONS = 12
DBT_WAITING = (
    "select pid from pg_stat_activity where datname = current_database() "
    "and application_name = 'coaching-analytics-dbt' and wait_event_type = 'Lock'"
)
KEEPS_WRITERS_OUT = "lock table ai_backend.session_analytics in share row exclusive mode"


def compute_marts() -> None:
    """Fill a database with the practice, and compute its marts by one undisturbed run."""
    with connect() as connection:
        for number in range(SESSIONS):
            client = new_id()
            insert(connection, "public.coach_clients", coach_id=COACH, client_id=client, status="active")
            moment = datetime.now(UTC) - timedelta(days=number)
            add_session(
                connection,
                [Said("coach", 0, 60, "How was it?"), Said("client", 60, 130, "I can't do this any more.")],
                coach_id=COACH,
                client_id=client,
                session_date=moment.date(),
                completed_at=moment,
            )
    with dg.DagsterInstance.ephemeral() as instance:
        assert rebuild(instance).success
    assert len(fingerprint()) == SESSIONS + 3 * SESSIONS


def rebuild(instance: dg.DagsterInstance, job: str = LIVE) -> dg.ExecuteInProcessResult:
    """Let a job compute every session again."""
    return run_job(job, instance, run_config(rebuild=True))


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


def retries(result: dg.ExecuteInProcessResult) -> int:
    """How often a step of a run was tried again."""
    return sum(event.event_type_value == "STEP_UP_FOR_RETRY" for event in result.all_events)


def error_of(result: dg.ExecuteInProcessResult) -> SerializableErrorInfo:
    """What the first step that failed said."""
    error = next(e for e in result.all_events if e.is_step_failure).step_failure_data.error
    assert error is not None
    return error


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


@contextmanager
def once_dbt_waits(act: Callable[[psycopg.Connection[Any]], Any]) -> Iterator[list[int]]:
    """Does `act` while a statement of dbt is held up: so it hits a statement, however fast the machine is.

    Gives how often it was done, for the test to look at afterwards.
    """
    done = [0]

    def work(ended: threading.Event) -> None:
        with connect() as operator, psycopg.connect(url()) as holder:
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
