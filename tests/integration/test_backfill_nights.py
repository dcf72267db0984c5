"""A backfill at once equals nightly runs, and no day knows a later session."""

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
NIGHTS = [FIRST + timedelta(days=n) for n in range(120)]
MARTS = {
    "client_analytics": "coach_id, client_id, window_type",
    "client_analytics_history": "coach_id, client_id, window_type, as_of_date",
    "risk_scores": "coach_id, client_id, as_of_date",
    "risk_alert_episodes": "coach_id, client_id, alert_type, opened_date",
}
WHEN = ("computed_at", "valid_until", "recorded_at")


def practice(seed: int, pairs: int) -> list[list[SessionValues]]:
    """Pairs that come weekly, drift, stay away for a while and come back; until the last night."""
    dice = Random(seed)
    result = []
    for _ in range(pairs):
        on, mood, sessions = FIRST - timedelta(days=dice.randrange(0, 200)), dice.uniform(40, 90), []
        while on <= NIGHTS[-1]:
            mood = min(100.0, max(0.0, mood + dice.uniform(-14, 12)))
            sessions.append(
                SessionValues(
                    session_date=on,
                    engagement=Decimal(round(mood, 2)).quantize(Decimal("0.01")),
                    sentiment=Decimal(round(mood / 50 - 1, 3)).quantize(Decimal("0.001")),
                    resistance=dice.choice([0, 0, 1, 5]),
                    commitment=dice.choice([0, 1, 2]),
                )
            )
            on += timedelta(days=dice.choice([0, 5, 7, 7, 7, 10, 14, 35, 50]))
        result.append(sessions)
    return result


def recorded(database: psycopg.Connection) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for mart, order in MARTS.items():
        rows = query(database, f"select * from ai_backend.{mart} order by {order}")
        found[mart] = [{name: value for name, value in row.items() if name not in WHEN} for row in rows]
    return found


def test_backfill__of_120_days_equals_120_nightly_runs(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    for sessions in practice(seed=4, pairs=25):
        add_pair(database, sessions)
    for night in NIGHTS:
        simulation.run(database, [night])
    night_by_night = recorded(database)
    for mart in MARTS:
        database.execute(f"delete from ai_backend.{mart}")
    simulation.run(database, NIGHTS)
    at_once = recorded(database)
    database.rollback()

    assert at_once == night_by_night
    kinds = {(row["alert_type"], row["severity"]) for row in at_once["risk_alert_episodes"]}
    assert kinds == {
        ("new_high_risk", "warning"),
        ("new_high_risk", "urgent"),
        ("risk_increased", "warning"),
        ("no_session_30d", "warning"),
        ("no_session_30d", "urgent"),
    }
    assert any(row["resolved_date"] for row in at_once["risk_alert_episodes"])


def test_backfill__before_the_first_recorded_day_keeps_recorded_alerts_and_acknowledgements(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    for sessions in practice(seed=8, pairs=20):
        add_pair(database, sessions)
    simulation.run(database, NIGHTS[60:])
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
    simulation.run(database, NIGHTS[:60])
    after = {row["id"]: row for row in query(database, "select * from ai_backend.risk_alerts")}
    open_now = query(
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
    assert len(open_now) == len({tuple(row.values()) for row in open_now})


def test_rerun_of_a_date__replaces_it_and_brings_only_the_following_date_s_trend_up_to_date(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    steady = [SessionValues(session_date=FIRST + timedelta(days), engagement=Decimal(80)) for days in (0, 7)]
    pair = add_pair(database, steady)
    simulation.run(database, NIGHTS[10:14])
    first = {row["as_of_date"]: row for row in recorded(database)["risk_scores"]}
    # It came late: the days that were scored without it stay as they were, until one is asked for.
    add_session_values(
        database, SessionValues(session_date=FIRST + timedelta(10), engagement=Decimal(20)), *pair, 5
    )
    simulation.run(database, [NIGHTS[12]])
    second = {row["as_of_date"]: row for row in recorded(database)["risk_scores"]}
    database.rollback()

    assert second[NIGHTS[10]] == first[NIGHTS[10]]
    assert second[NIGHTS[11]] == first[NIGHTS[11]]
    assert second[NIGHTS[12]]["risk_score"] != first[NIGHTS[12]]["risk_score"]
    follower = second[NIGHTS[13]]
    changed = {name for name, value in follower.items() if value != first[NIGHTS[13]][name]}
    assert changed <= {"previous_risk_score", "score_change", "trend"}
    assert follower["previous_risk_score"] == second[NIGHTS[12]]["risk_score"]
    assert follower["score_change"] == follower["risk_score"] - second[NIGHTS[12]]["risk_score"]


def test_a_day__knows_no_later_session(simulation: NightlySimulation, database: psycopg.Connection) -> None:
    histories = practice(seed=15, pairs=15)
    day = NIGHTS[50]
    pairs = [
        add_pair(database, [session for session in sessions if session.session_date <= day])
        for sessions in histories
    ]
    simulation.run(database, [day])
    without = recorded(database)
    for mart in MARTS:
        database.execute(f"delete from ai_backend.{mart}")
    for pair, sessions in zip(pairs, histories, strict=True):
        for number, session in enumerate(sessions):
            if session.session_date > day:
                add_session_values(database, session, *pair, number)
    simulation.run(database, [day])
    with_later = recorded(database)
    database.rollback()
    assert with_later == without
