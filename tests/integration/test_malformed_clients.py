"""Extreme data of one client does not change the results of other clients."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.support.client_histories import SessionValues, add_pair, add_session_values
from tests.support.nightly_simulation import NightlySimulation, query

TODAY = date(2026, 6, 30)
DATES = [TODAY - timedelta(1), TODAY]
MARTS = ("client_analytics", "client_analytics_history", "risk_scores", "risk_alert_episodes")


def regular(days_ago: int) -> SessionValues:
    return SessionValues(session_date=TODAY - timedelta(days_ago), engagement=Decimal(60 - days_ago))


def extreme(session_date: date, high: bool = True) -> SessionValues:
    """Minimum or maximum values of the session formulas."""
    return SessionValues(
        session_date=session_date,
        engagement=Decimal(100 if high else 0),
        sentiment=Decimal(1 if high else -1),
        client_talk=Decimal(100 if high else 0),
        coach_talk=Decimal(0 if high else 100),
        resistance=10_000,
        commitment=0,
    )


EXTREMES = {
    "a date in 1900 and one today": [extreme(date(1900, 1, 1)), extreme(TODAY, False)],
    "dates in the years 1 and 2026": [extreme(date(1, 1, 1)), extreme(TODAY, False)],
    "dates in the year 9999": [extreme(TODAY), extreme(date(9999, 12, 31))],
    "only dates to come": [extreme(date(9999, 12, 31))],
    "nothing known": [
        SessionValues(
            session_date=TODAY, engagement=None, sentiment=None, is_attributed=False, has_cue_evidence=False
        )
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


@pytest.mark.parametrize("name", list(EXTREMES))
def test_extreme_data_of_one_client__does_not_affect_another(
    simulation: NightlySimulation, database: psycopg.Connection, name: str
) -> None:
    coach, client = add_pair(database, [regular(n) for n in (80, 60, 45, 35, 9)])
    simulation.run(database, DATES)
    alone = of_client(database, client)
    for mart in MARTS:
        database.execute(f"delete from ai_backend.{mart}")
    extreme_pair = add_pair(database, EXTREMES[name], coach_id=coach)
    simulation.run(database, DATES)
    beside = of_client(database, client)
    scores = query(
        database,
        "select * from ai_backend.risk_scores where client_id = %s order by as_of_date",
        extreme_pair[1],
    )
    database.rollback()

    assert beside == alone
    assert alone["risk_scores"]
    assert all(0 <= row["risk_score"] <= 100 for row in scores)
    has_session = any(values.session_date <= TODAY for values in EXTREMES[name])
    assert bool(scores) == has_session


def test_distant_dates__cap_the_average(simulation: NightlySimulation, database: psycopg.Connection) -> None:
    pair = add_pair(database, EXTREMES["a date in 1900 and one today"])
    simulation.run(database, [TODAY])
    rows = query(
        database,
        "select window_type, average_days_between_sessions from ai_backend.client_analytics "
        "where client_id = %s",
        pair[1],
    )
    database.rollback()
    found = {row["window_type"]: row["average_days_between_sessions"] for row in rows}
    assert found == {"30d": None, "90d": None, "all_time": Decimal("9999.99")}


def test_session_in_1900__is_described_in_days(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    pair = add_pair(database, [])
    add_session_values(database, extreme(date(1900, 1, 1)), *pair)
    simulation.run(database, [TODAY])
    (score,) = query(database, "select * from ai_backend.risk_scores where client_id = %s", pair[1])
    alerts = query(database, "select * from ai_backend.risk_alerts where client_id = %s", pair[1])
    database.rollback()
    days = (TODAY - date(1900, 1, 1)).days
    assert score["factors"][4]["description"] == f"Last session was {days} days ago"
    assert f"No session for {days} days" in {alert["title"] for alert in alerts}


def test_100_000_sessions__of_one_pair_are_counted(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    pair = add_pair(database, [extreme(TODAY - timedelta(100))])
    values = {"client": pair[1], "coach": pair[0]}
    database.execute(
        "insert into ai_backend.transcription_jobs "
        "(id, coach_id, client_id, status, session_date, completed_at) "
        "select md5(n::text)::uuid, %(coach)s, %(client)s, 'completed', date '2026-01-01' + n %% 181, "
        "timestamptz '2026-01-01' from generate_series(1, 100000) as n",
        values,
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
    # materialized: a nested loop would scan the rows that the statement has inserted
    copies = (
        "with one as materialized (select * from ai_backend.session_analytics where client_id = %(client)s) "
        f"insert into ai_backend.session_analytics ({', '.join(columns)}) select {chosen} "
        "from one inner join ai_backend.transcription_jobs as jobs "
        "on jobs.client_id = one.client_id and jobs.id <> one.job_id"
    )
    database.execute(copies.encode(), values)
    simulation.run(database, DATES)
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
