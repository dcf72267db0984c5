"""One client with absurd data changes nothing for the others, and gets what can be said."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.support.client_histories import Held, add_held, add_pair
from tests.support.nightly_simulation import Chain, query

TODAY = date(2026, 6, 30)
DAYS = [TODAY - timedelta(1), TODAY]
MARTS = ("client_analytics", "client_analytics_history", "risk_scores", "risk_alert_episodes")


def sound(days_ago: int) -> Held:
    return Held(on=TODAY - timedelta(days_ago), engagement=Decimal(60 - days_ago))


def extreme(on: date, high: bool = True) -> Held:
    """The ends of what the session formulas can give."""
    return Held(
        on=on,
        engagement=Decimal(100 if high else 0),
        sentiment=Decimal(1 if high else -1),
        client_talk=Decimal(100 if high else 0),
        coach_talk=Decimal(0 if high else 100),
        resistance=10_000,
        commitment=0,
    )


POISON = {
    "a date in 1900 and one today": [extreme(date(1900, 1, 1)), extreme(TODAY, False)],
    "dates in the years 1 and 2026": [extreme(date(1, 1, 1)), extreme(TODAY, False)],
    "dates in the year 9999": [extreme(TODAY), extreme(date(9999, 12, 31))],
    "only dates to come": [extreme(date(9999, 12, 31))],
    "nothing known": [
        Held(on=TODAY, engagement=None, sentiment=None, is_attributed=False, has_cue_evidence=False)
    ]
    * 3,
    "10,000 resistance cues a session": [extreme(TODAY - timedelta(n), n > 10) for n in range(40, 0, -1)],
    "500 sessions on one day": [extreme(TODAY, n % 2 == 0) for n in range(500)],
}


def of_client(database: psycopg.Connection, client: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        mart: query(database, f"select * from ai_backend.{mart} where client_id = %s order by id", client)
        for mart in MARTS
    }


@pytest.mark.parametrize("poison", list(POISON))
def test_absurd_data_of_one_client__changes_nothing_for_another(
    chain: Chain, database: psycopg.Connection, poison: str
) -> None:
    coach, client = add_pair(database, [sound(n) for n in (80, 60, 45, 35, 9)])
    chain.run(database, DAYS)
    alone = of_client(database, client)
    for mart in MARTS:
        database.execute(f"delete from ai_backend.{mart}")
    poisoned = add_pair(database, POISON[poison], coach_id=coach)
    chain.run(database, DAYS)
    beside = of_client(database, client)
    scores = query(
        database, "select * from ai_backend.risk_scores where client_id = %s order by as_of_date", poisoned[1]
    )
    database.rollback()

    assert beside == alone
    assert alone["risk_scores"]
    assert all(0 <= row["risk_score"] <= 100 for row in scores)
    is_seen = any(held.on <= TODAY for held in POISON[poison])
    assert bool(scores) == is_seen


def test_dates_far_apart__give_the_greatest_average_that_fits(
    chain: Chain, database: psycopg.Connection
) -> None:
    pair = add_pair(database, POISON["a date in 1900 and one today"])
    chain.run(database, [TODAY])
    rows = query(
        database,
        "select window_type, average_days_between_sessions from ai_backend.client_analytics "
        "where client_id = %s",
        pair[1],
    )
    database.rollback()
    found = {row["window_type"]: row["average_days_between_sessions"] for row in rows}
    assert found == {"30d": None, "90d": None, "all_time": Decimal("9999.99")}


def test_client_silent_since_1900__is_told_in_days(chain: Chain, database: psycopg.Connection) -> None:
    pair = add_pair(database, [])
    add_held(database, extreme(date(1900, 1, 1)), *pair)
    chain.run(database, [TODAY])
    (score,) = query(database, "select * from ai_backend.risk_scores where client_id = %s", pair[1])
    alerts = query(database, "select * from ai_backend.risk_alerts where client_id = %s", pair[1])
    database.rollback()
    days = (TODAY - date(1900, 1, 1)).days
    assert score["factors"][4]["description"] == f"Last session was {days} days ago"
    assert f"No session for {days} days" in {alert["title"] for alert in alerts}


def test_100_000_sessions__of_one_pair_are_counted(chain: Chain, database: psycopg.Connection) -> None:
    pair = add_pair(database, [extreme(TODAY - timedelta(100))])
    many = {"client": pair[1], "coach": pair[0]}
    database.execute(
        "insert into ai_backend.transcription_jobs "
        "(id, coach_id, client_id, status, session_date, completed_at) "
        "select md5(n::text)::uuid, %(coach)s, %(client)s, 'completed', date '2026-01-01' + n %% 181, "
        "timestamptz '2026-01-01' from generate_series(1, 100000) as n",
        many,
    )
    columns = [
        row["column_name"]
        for row in query(
            database,
            "select column_name from information_schema.columns "
            "where table_schema = 'ai_backend' and table_name = 'session_analytics'",
        )
    ]
    of_job = {"id": "jobs.id", "job_id": "jobs.id", "session_date": "jobs.session_date"}
    chosen = ", ".join(of_job.get(column, f"one.{column}") for column in columns)
    # materialized: a loop that looks into the table again and again would pass over all that it has written
    copies = (
        "with one as materialized (select * from ai_backend.session_analytics where client_id = %(client)s) "
        f"insert into ai_backend.session_analytics ({', '.join(columns)}) select {chosen} "
        "from one inner join ai_backend.transcription_jobs as jobs "
        "on jobs.client_id = one.client_id and jobs.id <> one.job_id"
    )
    database.execute(copies.encode(), many)
    chain.run(database, DAYS)
    rows = query(
        database,
        "select window_type, total_sessions, total_resistance_cues from ai_backend.client_analytics "
        "where client_id = %s and window_type = 'all_time'",
        pair[1],
    )
    database.rollback()
    assert rows == [
        {"window_type": "all_time", "total_sessions": 100_001, "total_resistance_cues": 1_000_010_000}
    ]
