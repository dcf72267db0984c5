"""Windows and trends of client analytics just below, at and above each threshold."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.support.client_histories import SessionValues, add_pair
from tests.support.nightly_simulation import NightlySimulation, query

TODAY = date(2026, 6, 30)


def session(days_ago: int, **values: Any) -> SessionValues:
    return SessionValues(session_date=TODAY - timedelta(days_ago), **values)


def windows(
    simulation: NightlySimulation, database: psycopg.Connection, sessions: list[SessionValues]
) -> dict[str, dict[str, Any]]:
    pair = add_pair(database, sessions)
    simulation.run(database, [TODAY])
    rows = query(database, "select * from ai_backend.client_analytics where client_id = %s", pair[1])
    database.rollback()
    return {row["window_type"]: row for row in rows}


def counts(recent: int, before: int, first: int = 70) -> list[SessionValues]:
    """Sessions of the last 30 days, of the 30 days before, and one `first` days ago if earlier."""
    sessions = [session(first)] if first > 59 else []
    return sessions + [session(59 - n) for n in range(before)] + [session(29 - n) for n in range(recent)]


def test_windows__start_and_end_dates(simulation: NightlySimulation, database: psycopg.Connection) -> None:
    found = windows(simulation, database, [session(n) for n in (90, 89, 30, 29, 0)] + [session(-1)])
    assert {name: row["total_sessions"] for name, row in found.items()} == {"30d": 2, "90d": 4, "all_time": 5}
    assert {row["sessions_last_30_days"] for row in found.values()} == {2}
    assert {row["days_since_last_session"] for row in found.values()} == {0}
    assert found["30d"]["window_start"] == TODAY - timedelta(29)
    assert found["90d"]["window_start"] == TODAY - timedelta(89)
    assert found["all_time"]["window_start"] == TODAY - timedelta(90)
    assert {row["window_end"] for row in found.values()} == {TODAY}
    assert found["30d"]["average_days_between_sessions"] == 29
    assert found["90d"]["average_days_between_sessions"] == Decimal("29.67")


@pytest.mark.parametrize(
    ("sessions", "trend"),
    [
        ([session(5)], None),
        ([session(35)], None),
        (counts(0, 2), "decreasing"),
        ([session(100), session(80)], "decreasing"),
        (counts(2, 3), "stable"),  # a difference of one session
        (counts(6, 8), "stable"),  # exactly three quarters
        (counts(5, 8), "decreasing"),
        (counts(5, 7), "decreasing"),
        (counts(3, 2), "stable"),  # a difference of one session
        (counts(10, 8), "stable"),  # exactly five quarters
        (counts(11, 8), "increasing"),
        (counts(3, 1, first=59), "increasing"),
        ([session(58), *counts(3, 0, first=0)], "stable"),  # history too short
        ([session(60), *counts(2, 0, first=0)], "increasing"),
    ],
)
def test_frequency_trend__thresholds(
    simulation: NightlySimulation,
    database: psycopg.Connection,
    sessions: list[SessionValues],
    trend: str | None,
) -> None:
    found = windows(simulation, database, sorted(sessions, key=lambda values: values.session_date))
    assert {row["session_frequency_trend"] for row in found.values()} == {trend}


def change(name: str, values: Sequence[str | None]) -> list[SessionValues]:
    return [
        session(20 - n, **{name: None if value is None else Decimal(value)}) for n, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("name", "column", "values", "trend"),
    [
        ("engagement", "engagement_trend", ["50", "54.99"], "stable"),
        ("engagement", "engagement_trend", ["50", "55"], "improving"),
        ("engagement", "engagement_trend", ["50", "45.01"], "stable"),
        ("engagement", "engagement_trend", ["50", "45"], "declining"),
        ("engagement", "engagement_trend", ["50"], None),
        ("engagement", "engagement_trend", ["50", None], None),
        # the later half of three is two: (44 + 46) / 2 against 50
        ("engagement", "engagement_trend", ["50", "44", "46"], "declining"),
        ("engagement", "engagement_trend", ["50", None, "44", "46.02"], "stable"),
        ("sentiment", "sentiment_trend", ["0.2", "0.299"], "stable"),
        ("sentiment", "sentiment_trend", ["0.2", "0.3"], "improving"),
        ("sentiment", "sentiment_trend", ["0.2", "0.101"], "stable"),
        ("sentiment", "sentiment_trend", ["0.2", "0.1"], "declining"),
        ("client_talk", "talk_ratio_trend", ["50", "59.99"], "balanced"),
        ("client_talk", "talk_ratio_trend", ["50", "60"], "client_increasing"),
        ("client_talk", "talk_ratio_trend", ["50", "40.01"], "balanced"),
        ("client_talk", "talk_ratio_trend", ["50", "40"], "coach_increasing"),
        ("client_talk", "talk_ratio_trend", ["50"], None),
    ],
)
def test_trends__thresholds(
    simulation: NightlySimulation,
    database: psycopg.Connection,
    name: str,
    column: str,
    values: list[str | None],
    trend: str | None,
) -> None:
    found = windows(simulation, database, change(name, values))
    assert {row[column] for row in found.values()} == {trend}


def test_unknown_values__are_null(simulation: NightlySimulation, database: psycopg.Connection) -> None:
    unknown: dict[str, Any] = {
        "engagement": None,
        "sentiment": None,
        "is_attributed": False,
        "has_cue_evidence": False,
    }
    row = windows(simulation, database, [session(9, **unknown), session(2, **unknown)])["90d"]
    assert row["total_sessions"] == 2
    nulls = {
        "average_coach_talk_percentage",
        "average_client_talk_percentage",
        "talk_ratio_trend",
        "average_engagement_score",
        "engagement_trend",
        "engagement_change",
        "average_sentiment_score",
        "sentiment_trend",
        "sentiment_change",
        "resistance_to_commitment_ratio",
    }
    assert {name for name in nulls if row[name] is None} == nulls
    assert (row["engagement_scores_history"], row["sentiment_scores_history"]) == ([], [])


def test_two_sessions_of_one_date__are_ordered(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    sessions = [
        session(9, engagement=Decimal(50)),
        session(2, engagement=Decimal(40)),
        session(2, engagement=Decimal(90)),
    ]
    row = windows(simulation, database, sessions)["90d"]
    assert row["total_sessions"] == 3
    assert row["engagement_scores_history"] == [50, 40, 90]
    assert row["engagement_change"] == 15
    assert row["average_days_between_sessions"] == Decimal("3.50")


def test_ratio__uses_sessions_with_cue_evidence(
    simulation: NightlySimulation, database: psycopg.Connection
) -> None:
    sessions = [session(9, resistance=7, commitment=2), session(2, has_cue_evidence=False)]
    assert windows(simulation, database, sessions)["90d"]["resistance_to_commitment_ratio"] == Decimal("3.5")
    sessions = [session(9, resistance=10_000), session(2, resistance=10_000)]
    row = windows(simulation, database, sessions)["90d"]
    assert (row["total_resistance_cues"], row["resistance_to_commitment_ratio"]) == (
        20_000,
        Decimal("99.999"),
    )
    assert windows(simulation, database, [session(9)])["90d"]["resistance_to_commitment_ratio"] == 0
