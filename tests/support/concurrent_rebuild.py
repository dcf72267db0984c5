"""A small data set whose marts are rebuilt by real runs, and disturbances of a run while it writes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import psycopg

from dagster_pipelines.options import run_config
from dagster_pipelines.state.write_lock import connect
from tests.support.orchestration import run_job
from tests.support.rows import Said, add_session, insert, new_id
from warehouse.connection import url

LIVE = "compute_session_analytics"
COACH = new_id()
SESSIONS = 12
BLOCKED_DBT = (
    "select pid from pg_stat_activity where datname = current_database() "
    "and application_name = 'coaching-analytics-dbt' and wait_event_type = 'Lock'"
)
BLOCK_WRITERS = "lock table ai_backend.session_analytics in share row exclusive mode"


def compute_marts() -> None:
    """Fill a database with the data set and compute its marts by one undisturbed run."""
    with connect() as connection:
        for number in range(SESSIONS):
            client = new_id()
            insert(connection, "public.coach_clients", coach_id=COACH, client_id=client, status="active")
            completed_at = datetime.now(UTC) - timedelta(days=number)
            add_session(
                connection,
                [Said("coach", 0, 60, "How was it?"), Said("client", 60, 130, "I can't do this any more.")],
                coach_id=COACH,
                client_id=client,
                session_date=completed_at.date(),
                completed_at=completed_at,
            )
    with dg.DagsterInstance.ephemeral() as instance:
        assert rebuild(instance).success
    assert len(fingerprint()) == SESSIONS + 3 * SESSIONS


def rebuild(instance: dg.DagsterInstance, job: str = LIVE) -> dg.ExecuteInProcessResult:
    """Run a job that recomputes every session."""
    return run_job(job, instance, run_config(rebuild=True))


def fingerprint() -> list[Any]:
    """Return the content of the marts, without timestamps."""
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
    """Return how often a step of a run was retried."""
    return sum(event.event_type_value == "STEP_UP_FOR_RETRY" for event in result.all_events)


def error_of(result: dg.ExecuteInProcessResult) -> Any:
    """Return the error of the first failed step."""
    error = next(e for e in result.all_events if e.is_step_failure).step_failure_data.error
    assert error is not None
    return error


@contextmanager
def in_background(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run `work` in a thread during the block; the event is set when the block ends."""
    ended = threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work(ended)
        except BaseException as error:  # raised below, in the test's thread
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert not failures, failures[0]


@contextmanager
def while_dbt_is_blocked(act: Callable[[psycopg.Connection[Any]], Any]) -> Iterator[list[int]]:
    """Call `act` once, while a statement of dbt waits for a lock, and yield the number of calls.

    The call always interrupts a statement, however fast the machine is.
    """
    calls = [0]

    def work(ended: threading.Event) -> None:
        with connect() as operator, psycopg.connect(url()) as holder:
            holder.execute(BLOCK_WRITERS)
            while not ended.is_set() and not calls[0]:
                if operator.execute(BLOCKED_DBT).fetchall():
                    act(operator)
                    calls[0] += 1
                time.sleep(0.02)
            if not holder.closed:
                with suppress(psycopg.OperationalError):  # `act` may have stopped the server
                    holder.rollback()

    with in_background(work):
        yield calls
