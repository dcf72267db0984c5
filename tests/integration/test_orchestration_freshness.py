"""What the freshness checks tell an operator, of sources, marts and sessions that were set aside."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from dagster_pipelines.checks import LATE_AFTER_MINUTES, QUIET_AFTER_DAYS, evaluate
from dagster_pipelines.state.computed_dates import STAGES, record_computed
from dagster_pipelines.state.write_lock import connect
from tests.support.rows import Said, add_session, insert, new_id

NOW = datetime.now(UTC).replace(hour=12)
"""At noon every stage of the night is due."""
SOURCE = "transcription_jobs/freshness"
SESSIONS, SET_ASIDE = "session_analytics/freshness", "session_analytics/no_quarantined_sessions"
CLIENTS, RISK, ALERTS = (
    f"{mart}/freshness" for mart in ("client_analytics", "risk_scores", "risk_alert_episodes")
)


@pytest.fixture
def database(built_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Nothing is stored but what the test stores."""
    with connect() as connection, connection.transaction(force_rollback=True):
        yield connection


def failing(connection: psycopg.Connection[Any], now: datetime = NOW) -> set[str]:
    """Asset and name of each check that fails; all of them are looked at."""
    results = list(evaluate(connection, now))
    named = {f"{r.asset_key.path[-1]}/{r.check_name}": r.passed for r in results if r.asset_key}
    assert set(named) == {SOURCE, SESSIONS, SET_ASIDE, CLIENTS, RISK, ALERTS}
    return {name for name, passed in named.items() if not passed}


def test_freshness__nothing_computed_is_late_and_nothing_completed_is_quiet(
    database: psycopg.Connection[Any],
) -> None:
    assert failing(database) == {SOURCE, CLIENTS, RISK, ALERTS}


def test_freshness__a_mart_is_late_until_the_night_that_is_due_is_computed(
    database: psycopg.Connection[Any],
) -> None:
    record_computed(database, STAGES, [NOW.date() - timedelta(days=1)], "run")
    assert {CLIENTS, RISK, ALERTS} <= failing(database)
    record_computed(database, ["clients"], [NOW.date()], "run")
    assert failing(database) & {CLIENTS, RISK, ALERTS} == {RISK, ALERTS}
    record_computed(database, STAGES, [NOW.date()], "run")
    assert not failing(database) & {CLIENTS, RISK, ALERTS}


def test_freshness__a_session_that_waits_too_long_is_late(database: psycopg.Connection[Any]) -> None:
    add_session(database, [Said("coach", 0, 10), Said("client", 10, 20)], completed_at=NOW)
    database.execute("update ai_backend.transcription_jobs set updated_at = %s", [NOW])
    assert not {SOURCE, SESSIONS} & failing(database, NOW + timedelta(minutes=LATE_AFTER_MINUTES))
    assert SESSIONS in failing(database, NOW + timedelta(minutes=LATE_AFTER_MINUTES, seconds=1))
    assert SOURCE in failing(database, NOW + timedelta(days=QUIET_AFTER_DAYS))


def test_freshness__a_session_that_is_held_back_is_told(database: psycopg.Connection[Any]) -> None:
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
    assert SET_ASIDE in failing(database)
