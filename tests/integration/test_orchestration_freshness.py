"""Checks of the freshness of sources and marts, and of quarantined sessions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from dagster_pipelines.checks import MAX_SESSION_DELAY_MINUTES, MAX_SOURCE_AGE_DAYS, evaluate
from dagster_pipelines.state.computed_dates import STAGES, record_computed
from dagster_pipelines.state.write_lock import connect
from tests.support.rows import Said, add_session, insert, new_id

NOW = datetime.now(UTC).replace(hour=12)
"""At noon every nightly stage is due."""
SOURCE = "transcription_jobs/freshness"
SESSIONS, QUARANTINE = "session_analytics/freshness", "session_analytics/no_quarantined_sessions"
CLIENTS, RISK, ALERTS = (
    f"{mart}/freshness" for mart in ("client_analytics", "risk_scores", "risk_alert_episodes")
)


@pytest.fixture
def database(built_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose changes are rolled back."""
    with connect() as connection, connection.transaction(force_rollback=True):
        yield connection


def failing(connection: psycopg.Connection[Any], now: datetime = NOW) -> set[str]:
    """Evaluate all checks and return the failing ones as asset/check."""
    results = list(evaluate(connection, now))
    passed = {f"{r.asset_key.path[-1]}/{r.check_name}": r.passed for r in results if r.asset_key}
    assert set(passed) == {SOURCE, SESSIONS, QUARANTINE, CLIENTS, RISK, ALERTS}
    return {name for name, has_passed in passed.items() if not has_passed}


def test_freshness__on_a_new_database_the_source_and_the_marts_fail(
    database: psycopg.Connection[Any],
) -> None:
    assert failing(database) == {SOURCE, CLIENTS, RISK, ALERTS}


def test_freshness__a_mart_fails_until_its_due_date_is_computed(database: psycopg.Connection[Any]) -> None:
    record_computed(database, STAGES, [NOW.date() - timedelta(days=1)], "run")
    assert {CLIENTS, RISK, ALERTS} <= failing(database)
    record_computed(database, ["clients"], [NOW.date()], "run")
    assert failing(database) & {CLIENTS, RISK, ALERTS} == {RISK, ALERTS}
    record_computed(database, STAGES, [NOW.date()], "run")
    assert not failing(database) & {CLIENTS, RISK, ALERTS}


def test_freshness__a_session_fails_after_the_maximum_delay(database: psycopg.Connection[Any]) -> None:
    add_session(database, [Said("coach", 0, 10), Said("client", 10, 20)], completed_at=NOW)
    database.execute("update ai_backend.transcription_jobs set updated_at = %s", [NOW])
    limit = NOW + timedelta(minutes=MAX_SESSION_DELAY_MINUTES)
    assert not {SOURCE, SESSIONS} & failing(database, limit)
    assert SESSIONS in failing(database, limit + timedelta(seconds=1))
    assert SOURCE in failing(database, NOW + timedelta(days=MAX_SOURCE_AGE_DAYS))


def test_quarantine__a_quarantined_session_fails(database: psycopg.Connection[Any]) -> None:
    job_id = add_session(database, [Said("coach", 0, 10)])
    insert(
        database,
        "operations.quarantined_sessions",
        job_id=job_id,
        coach_id=new_id(),
        client_id=new_id(),
        source_revision="1",
        attempts=3,
        reason="NumericValueOutOfRange (22003)",
    )
    assert QUARANTINE in failing(database)
