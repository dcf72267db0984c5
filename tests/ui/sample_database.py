"""Clients and sessions of the sample data set that the dashboard tests use."""

from typing import Any

import psycopg

from sample import DEMO_COACH_ID

Owner = psycopg.Connection[dict[str, Any]]


def high_risk_client(owner: Owner) -> str:
    """The demo coach's client with the highest score among those with a session in the last 30 days."""
    return _one(
        owner,
        "select client_id from ai_backend.risk_scores where coach_id = %s and days_since_last_session < 30 "
        "order by as_of_date desc, risk_score desc, client_id limit 1",
    )


def single_session_client(owner: Owner) -> str:
    """The client with one session, whose trends are unknown."""
    return _one(
        owner,
        "select client_id from ai_backend.session_analytics where coach_id = %s "
        "group by client_id having count(*) = 1",
    )


def client_without_session(owner: Owner) -> str:
    """A client without any session."""
    return _one(
        owner,
        "select client_id from public.coach_clients as pair where coach_id = %s and not exists ("
        "select from ai_backend.session_analytics as s "
        "where s.coach_id = pair.coach_id and s.client_id = pair.client_id)",
    )


def session_with_most_cues(owner: Owner) -> str:
    """The session with the most cues that has a previous session."""
    return _one(
        owner,
        "select job_id from ai_backend.language_cues where coach_id = %s "
        "and job_id in (select job_id from ai_backend.session_comparisons where previous_job_id is not null) "
        "group by job_id order by count(*) desc, job_id limit 1",
    )


def _one(owner: Owner, statement: str) -> str:
    row = owner.execute(statement.encode(), [DEMO_COACH_ID]).fetchone()
    assert row is not None
    return str(next(iter(row.values())))
