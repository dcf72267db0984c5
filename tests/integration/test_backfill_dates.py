"""A backfill of a range equals nightly runs, and no date depends on later sessions."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import psycopg
import pytest

from tests.support.client_histories import SessionValues, add_pair, add_session_values
from tests.support.nightly_simulation import NightlySimulation, query
from tests.support.rows import insert

pytestmark = pytest.mark.long

FIRST = date(2026, 3, 1)
DATES = [FIRST + timedelta(days=n) for n in range(120)]
MARTS = {
    "client_analytics": "coach_id, client_id, window_type",
    "client_analytics_history": "coach_id, client_id, window_type, as_of_date",
    "risk_scores": "coach_id, client_id, as_of_date",
    "risk_alert_episodes": "coach_id, client_id, alert_type, opened_date",
}
TIMESTAMPS = ("computed_at", "valid_until", "recorded_at")


def histories(seed: int, pairs: int) -> list[list[SessionValues]]:
    """Return the sessions of coach-client pairs up to the last date: weekly, with breaks and trends."""
    random = Random(seed)
    result = []
    for _ in range(pairs):
        on, mood, sessions = FIRST - timedelta(days=random.randrange(0, 200)), random.uniform(40, 90), []
        while on <= DATES[-1]:
            mood = min(100.0, max(0.0, mood + random.uniform(-14, 12)))
            sessions.append(
                SessionValues(
                    session_date=on,
                    engagement=Decimal(round(mood, 2)).quantize(Decimal("0.01")),
                    sentiment=Decimal(round(mood / 50 - 1, 3)).quantize(Decimal("0.001")),
                    resistance=random.choice([0, 0, 1, 5]),
                    commitment=random.choice([0, 1, 2]),
                )
            )
            on += timedelta(days=random.choice([0, 5, 7, 7, 7, 10, 14, 35, 50]))
        result.append(sessions)
    return result


def recorded(database: psycopg.Connection) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for mart, order in MARTS.items():
        rows = query(database, f"select * from ai_backend.{mart} order by {order}")
        found[mart] = [{name: value for name, value in row.items() if name not in TIMESTAMPS} for row in rows]
    return found


def test_backfill__of_120_days_equals_120_nightly_runs(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    for sessions in histories(seed=4, pairs=25):
        add_pair(database, sessions)
    for as_of in DATES:
        simulation.run(database, [as_of])
    nightly = recorded(database)
    for mart in MARTS:
        database.execute(f"delete from ai_backend.{mart}")
    simulation.run(database, DATES)
    backfilled = recorded(database)
    database.rollback()

    assert backfilled == nightly
    kinds = {(row["alert_type"], row["severity"]) for row in backfilled["risk_alert_episodes"]}
    assert kinds == {
        ("new_high_risk", "warning"),
        ("new_high_risk", "urgent"),
        ("risk_increased", "warning"),
        ("no_session_30d", "warning"),
        ("no_session_30d", "urgent"),
    }
    assert any(row["resolved_date"] for row in backfilled["risk_alert_episodes"])


def test_backfill__before_the_first_recorded_date_keeps_recorded_alerts_and_acknowledgements(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    for sessions in histories(seed=8, pairs=20):
        add_pair(database, sessions)
    simulation.run(database, DATES[60:])
    before = query(database, "select * from ai_backend.risk_alerts")
    for alert in before:
        insert(
            database,
            "analytics_api.alert_acknowledgements",
            alert_id=alert["id"],
            coach_id=alert["coach_id"],
            client_id=alert["client_id"],
            acknowledged_at="2026-06-01",
            severity_at_acknowledgement="urgent",
        )
    simulation.run(database, DATES[:60])
    after = {row["id"]: row for row in query(database, "select * from ai_backend.risk_alerts")}
    still_open = query(
        database, "select alert_type, client_id from ai_backend.risk_alerts where resolved_date is null"
    )
    database.rollback()

    assert before
    assert len(after) > len(before)
    for alert in before:
        kept = after[alert["id"]]
        assert (kept["opened_date"], kept["created_at"]) == (alert["opened_date"], alert["created_at"])
        assert kept["acknowledged_at"] is not None
        assert kept["status"] == ("resolved" if alert["status"] == "resolved" else "acknowledged")
    assert len(still_open) == len({tuple(row.values()) for row in still_open})


def test_rerun__of_a_date_replaces_it_and_updates_only_the_trend_of_the_following_date(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    steady = [SessionValues(session_date=FIRST + timedelta(days), engagement=Decimal(80)) for days in (0, 7)]
    pair = add_pair(database, steady)
    simulation.run(database, DATES[10:14])
    first = {row["as_of_date"]: row for row in recorded(database)["risk_scores"]}
    # a late session: scores computed without it do not change until their date is computed again
    add_session_values(
        database, SessionValues(session_date=FIRST + timedelta(10), engagement=Decimal(20)), *pair, 5
    )
    simulation.run(database, [DATES[12]])
    second = {row["as_of_date"]: row for row in recorded(database)["risk_scores"]}
    database.rollback()

    assert second[DATES[10]] == first[DATES[10]]
    assert second[DATES[11]] == first[DATES[11]]
    assert second[DATES[12]]["risk_score"] != first[DATES[12]]["risk_score"]
    follower = second[DATES[13]]
    changed = {name for name, value in follower.items() if value != first[DATES[13]][name]}
    assert changed <= {"previous_risk_score", "score_change", "trend"}
    assert follower["previous_risk_score"] == second[DATES[12]]["risk_score"]
    assert follower["score_change"] == follower["risk_score"] - second[DATES[12]]["risk_score"]


def test_date__does_not_depend_on_later_sessions(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    sessions_by_pair = histories(seed=15, pairs=15)
    as_of = DATES[50]
    pairs = [
        add_pair(database, [session for session in sessions if session.session_date <= as_of])
        for sessions in sessions_by_pair
    ]
    simulation.run(database, [as_of])
    without = recorded(database)
    for mart in MARTS:
        database.execute(f"delete from ai_backend.{mart}")
    for pair, sessions in zip(pairs, sessions_by_pair, strict=True):
        for number, session in enumerate(sessions):
            if session.session_date > as_of:
                add_session_values(database, session, *pair, number)
    simulation.run(database, [as_of])
    with_later = recorded(database)
    database.rollback()
    assert with_later == without
