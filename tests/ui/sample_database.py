"""What the tests look up in the practice: clients and sessions with something to show."""

from typing import Any

import psycopg

from sample import DEMO_COACH_ID

Owner = psycopg.Connection[dict[str, Any]]


def riskiest_client(owner: Owner) -> str:
    """A client whose score has several factors and whose talk is known."""
    return _one(
        owner,
        "select client_id from ai_backend.risk_scores where coach_id = %s and days_since_last_session < 30 "
        "order by as_of_date desc, risk_score desc, client_id limit 1",
    )


def new_client(owner: Owner) -> str:
    """The client with a single session ever, of whom no trend is known."""
    return _one(
        owner,
        "select client_id from ai_backend.session_analytics where coach_id = %s "
        "group by client_id having count(*) = 1",
    )


def client_without_session(owner: Owner) -> str:
    """An active client who has never had a session."""
    return _one(
        owner,
        "select client_id from public.coach_clients as pair where coach_id = %s and not exists ("
        "select from ai_backend.session_analytics as s "
        "where s.coach_id = pair.coach_id and s.client_id = pair.client_id)",
    )


def talkative_session(owner: Owner) -> str:
    """A session with several cues and one before it."""
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
