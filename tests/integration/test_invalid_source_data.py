"""Invalid dates in source data are ignored; every client is still computed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from dagster_pipelines.checks import evaluate
from dagster_pipelines.state.pending_work import latest_source_update
from dagster_pipelines.state.write_lock import connect
from tests.support.nightly_simulation import query
from tests.support.project import Project
from tests.support.rows import Said, add_session, insert, new_id

TODAY = "2026-11-22"
COACH = new_id()
TALK = [("coach", 0, 60, "How are you?"), ("client", 60, 130, "I will call them tomorrow.")]
# session_date, completed_at and created_at of a second session → expected days since the last session
INVALID_DATES: dict[str, tuple[str | None, str | None, str, int]] = {
    "year 1": ("0001-01-01", "2026-11-15", "2026-11-15", 7),
    "timestamp in year 1": (None, "0001-01-01", "2026-11-15", 7),
    "before Christ": ("0044-03-15 BC", None, "2026-11-15", 7),
    "1900": ("1900-01-01", "2026-11-15", "2026-11-15", 21),
    "9999": ("9999-12-31", "2026-11-15", "2026-11-15", 21),
    "infinity": ("infinity", "infinity", "2026-11-15", 7),
    "minus infinity": ("-infinity", "-infinity", "2026-11-15", 7),
    "nothing finite": (None, "infinity", "-infinity", 21),
}


@pytest.fixture(scope="module")
def database(built_database_url: str, project: Project) -> Iterator[psycopg.Connection[Any]]:
    with connect() as connection:
        for name, (session_date, completed_at, created_at, _) in INVALID_DATES.items():
            client = new_id()
            insert(connection, "public.coach_clients", coach_id=COACH, client_id=client, status="active")
            add_session(connection, [Said(*one) for one in TALK], coach_id=COACH, client_id=client)
            job = add_session(connection, [Said(*one) for one in TALK], coach_id=COACH, client_id=client)
            connection.execute(
                "update ai_backend.transcription_jobs set session_title = %s, session_date = %s, "
                "completed_at = %s, created_at = %s, updated_at = coalesce(%s::timestamptz, 'infinity') "
                "where id = %s",
                [name, session_date, completed_at, created_at, completed_at, job],
            )
        project.run(built_database_url, as_of=TODAY)
        yield connection


@pytest.mark.parametrize("name", list(INVALID_DATES))
def test_client__with_an_invalid_date_is_scored_by_valid_dates(
    database: psycopg.Connection[Any], name: str
) -> None:
    (row,) = query(
        database,
        "select scores.days_since_last_session, clients.pending_alert_count "
        "from ai_backend.risk_scores as scores "
        "inner join ai_backend.client_overview as clients using (coach_id, client_id) "
        "inner join ai_backend.transcription_jobs as jobs using (coach_id, client_id) "
        "where jobs.session_title = %s",
        name,
    )
    assert row == {"days_since_last_session": INVALID_DATES[name][3], "pending_alert_count": 0}


def test_orchestrator__ignores_invalid_timestamps(database: psycopg.Connection[Any]) -> None:
    database.execute(
        "update ai_backend.transcription_jobs set updated_at = '2999-01-01' where session_title = '9999'"
    )
    latest_update = latest_source_update(database)
    assert latest_update is not None
    assert latest_update <= datetime.now(UTC)
    names = {result.check_name for result in evaluate(database, datetime.now(UTC))}
    assert names == {"freshness", "no_quarantined_sessions"}
