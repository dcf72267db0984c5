"""Scenarios of the specification, and the states of an alert date by date."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg

from tests.support.client_histories import SessionValues, add_pair, add_session_values
from tests.support.nightly_simulation import NightlySimulation, query
from tests.support.rows import insert

TODAY = date(2026, 6, 30)


def days_ago(
    days: int, engagement: int | None = 60, sentiment: str | None = "0.2", **more: Any
) -> SessionValues:
    return SessionValues(
        session_date=TODAY - timedelta(days),
        engagement=None if engagement is None else Decimal(engagement),
        sentiment=None if sentiment is None else Decimal(sentiment),
        **more,
    )


def score_of(database: psycopg.Connection, pair: tuple[Any, Any], as_of_date: date = TODAY) -> dict[str, Any]:
    (row,) = query(
        database,
        "select * from ai_backend.risk_scores where client_id = %s and as_of_date = %s",
        pair[1],
        as_of_date,
    )
    return row


def alerts_of(database: psycopg.Connection, pair: tuple[Any, Any]) -> list[dict[str, Any]]:
    return query(
        database,
        "select * from ai_backend.risk_alerts where coach_id = %s and client_id = %s "
        "order by alert_type, opened_date",
        *pair,
    )


def weekly(engagements: list[int], sentiments: list[str], **more: Any) -> list[SessionValues]:
    """Weekly sessions, the last one three days ago."""
    count = len(engagements)
    return [days_ago(3 + 7 * (count - 1 - n), engagements[n], sentiments[n], **more) for n in range(count)]


def test_scenarios__of_the_specification(simulation: NightlySimulation, database: psycopg.Connection) -> None:
    improving = add_pair(database, weekly([40, 45, 60, 70, 80, 85], ["0", "0", "0.1", "0.3", "0.4", "0.5"]))
    declining = add_pair(database, weekly([60] * 6, ["0.5", "0.5", "0.4", "0", "-0.1", "-0.2"]))
    absent = add_pair(database, [days_ago(n) for n in (72, 58, 44, 30)])
    new = add_pair(database, [days_ago(3)])
    resistant = add_pair(database, weekly([60] * 6, ["0.1"] * 6, resistance=3, commitment=0))
    add_pair(database, [])
    future = add_pair(database, [days_ago(10), days_ago(-5, 0)])
    simulation.run(database, [TODAY])

    assert score_of(database, improving)["risk_level"] == "low"
    worse = score_of(database, declining)
    assert worse["risk_score"] == Decimal("20.00")
    assert worse["top_factor"] == "sentiment_trend"
    assert [a["alert_type"] for a in alerts_of(database, absent)] == ["no_session_30d"]
    baseline = score_of(database, new)
    assert (baseline["risk_score"], baseline["trend"], baseline["top_factor"]) == (0, None, None)
    trends = query(
        database,
        "select engagement_trend, session_frequency_trend from ai_backend.client_analytics "
        "where client_id = %s",
        new[1],
    )
    assert {tuple(row.values()) for row in trends} == {(None, None)}
    assert score_of(database, resistant)["top_factor"] == "resistance_ratio"
    assert score_of(database, future)["days_since_last_session"] == 10
    scored = query(database, "select distinct client_id from ai_backend.risk_scores")
    database.rollback()
    assert len(scored) == 6


def test_inactive_client__score_rises_and_stays_recorded(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    pair = add_pair(database, [days_ago(n) for n in (484, 470, 456, 442, 428, 414, 400)])
    inactive_days = [30, 45, 60, 400]
    simulation.run(database, [TODAY - timedelta(400 - days) for days in inactive_days])
    scores = [score_of(database, pair, TODAY - timedelta(400 - days)) for days in inactive_days]
    database.rollback()
    assert [score["risk_level"] for score in scores] == ["medium", "high", "critical", "critical"]
    assert scores[-1]["risk_score"] == 100


def test_alert__opens_escalates_is_acknowledged_resolves_and_reopens(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    pair = add_pair(database, [days_ago(100), days_ago(90)])

    def run_after(inactive_days: int) -> dict[str, Any]:
        simulation.run(database, [TODAY - timedelta(90 - inactive_days)])
        return [a for a in alerts_of(database, pair) if a["alert_type"] == "no_session_30d"][-1]

    def acknowledge(alert: dict[str, Any]) -> None:
        database.execute(
            "insert into analytics_api.alert_acknowledgements values (%s, %s, %s, now(), 'called', %s) "
            "on conflict (coach_id, alert_id) do update set severity_at_acknowledgement = %s",
            [alert["id"], *pair, alert["severity"], alert["severity"]],
        )

    simulation.run(database, [TODAY - timedelta(61)])
    assert alerts_of(database, pair) == []
    opened = run_after(30)
    assert (opened["status"], opened["severity"]) == ("pending", "warning")
    acknowledge(opened)
    unchanged = run_after(44)
    assert (unchanged["status"], unchanged["id"]) == ("acknowledged", opened["id"])
    urgent = run_after(45)
    assert (urgent["status"], urgent["severity"], urgent["id"]) == ("pending", "urgent", opened["id"])
    assert urgent["acknowledged_at"] is None
    acknowledge(urgent)
    assert run_after(60)["status"] == "acknowledged"
    add_session_values(database, days_ago(29), *pair, 7)
    resolved = run_after(61)
    assert (resolved["status"], resolved["resolved_date"]) == ("resolved", TODAY - timedelta(29))
    simulation.run(database, [TODAY + timedelta(1)])
    first, again = [a for a in alerts_of(database, pair) if a["alert_type"] == "no_session_30d"]
    database.rollback()
    assert first["id"] == opened["id"]
    assert (again["status"], again["id"] == first["id"]) == ("pending", False)


def test_ended_relationship__resolves_its_alerts_and_a_resumed_one_opens_new_ones(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    pair = add_pair(database, [days_ago(120), days_ago(110), days_ago(60)])
    simulation.run(database, [TODAY - timedelta(5)])
    assert {a["status"] for a in alerts_of(database, pair)} == {"pending"}
    database.execute("update public.coach_clients set status = 'ended' where client_id = %s", [pair[1]])
    simulation.run(database, [TODAY - timedelta(4)])
    ended = alerts_of(database, pair)
    assert {(a["status"], a["resolution"]) for a in ended} == {("resolved", "relationship_ended")}
    database.execute("update public.coach_clients set status = 'Active ' where client_id = %s", [pair[1]])
    simulation.run(database, [TODAY])
    alerts = alerts_of(database, pair)
    database.rollback()
    high = [a for a in alerts if a["alert_type"] == "new_high_risk"]
    assert [a["status"] for a in high] == ["resolved", "pending"]
    # no session since then, so the alert no_session_30d continues
    assert [a["status"] for a in alerts if a["alert_type"] == "no_session_30d"] == ["pending"]


def test_coach_settings__change_scores_and_mute_alerts(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    sessions = [days_ago(n) for n in (50, 40, 30, 20, 12)]
    default, customized = add_pair(database, sessions), add_pair(database, sessions)
    inactive = add_pair(database, [days_ago(80), days_ago(35)], coach_id=customized[0])
    insert(
        database,
        "analytics_api.coach_settings",
        coach_id=customized[0],
        days_since_session_warning=5,
        days_since_session_critical=12,
        muted_alert_types=["no_session_30d"],
    )
    simulation.run(database, [TODAY])
    factor = score_of(database, customized)["factors"][4]
    alerts = {a["alert_type"]: a["is_muted"] for a in alerts_of(database, inactive)}
    base = score_of(database, default)["risk_score"]
    changed = score_of(database, customized)["risk_score"]
    database.rollback()
    assert (base, changed) == (0, Decimal("15.00"))
    assert (factor["threshold"], factor["critical_threshold"]) == (5, 12)
    assert alerts["no_session_30d"] is True


def test_one_client__of_two_coaches_has_separate_scores(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    first = add_pair(database, [days_ago(70), days_ago(62)])
    second = add_pair(database, [days_ago(9), days_ago(2)], client_id=first[1])
    simulation.run(database, [TODAY])
    rows = query(
        database, "select coach_id, risk_level from ai_backend.risk_scores where client_id = %s", first[1]
    )
    database.rollback()
    assert {(r["coach_id"], r["risk_level"]) for r in rows} == {(first[0], "critical"), (second[0], "low")}
