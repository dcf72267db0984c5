"""Client analytics and risk scores equal the reference implementation on random histories."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.client_histories import SessionValues, add_pair
from tests.support.nightly_simulation import NightlySimulation, query
from tests.support.reference_clients import WINDOW_DAYS, reference_window
from tests.support.reference_risk import reference_score
from tests.support.rows import insert
from tests.support.strategies import FIRST_DATE, coach_thresholds, history

# With gaps: dates need not be consecutive.
DATES = [
    FIRST_DATE + timedelta(days=n)
    for n in (0, 29, 30, 31, 59, 60, 61, 89, 90, 91, 120, 121, 150, 199, 200, 260)
]
RISK_TABLES = ["int_risk__features", "int_risk__factors", "int_risk__scores"]
SETTING_NAMES = {
    "engagement_trend": "engagement_decline",
    "sentiment_trend": "sentiment_decline",
    "resistance_ratio": "resistance_ratio",
    "days_since_session": "days_since_session",
}
slow = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def _agrees(found: Any, expected: Any, decimals: int) -> bool:
    if expected is None or isinstance(expected, (str, int, date)):
        return bool(found == expected)
    return found is not None and abs(Fraction(found) - expected) <= Fraction(51, 100 * 10**decimals)


DECIMALS = {
    "average_sentiment_score": 3,
    "resistance_to_commitment_ratio": 3,
    "engagement_change": 4,
    "sentiment_change": 4,
    "talk_ratio_change": 4,
}


@slow
@given(histories=st.lists(history(), min_size=1, max_size=5))
def test_client_windows__equal_the_reference(
    simulation: NightlySimulation, database: psycopg.Connection, histories: list[list[SessionValues]]
) -> None:
    pairs = {add_pair(database, sessions): sessions for sessions in histories}
    simulation.run(database, DATES, only=["int_clients__timelines", "client_analytics_history"])
    rows = query(database, "select * from ai_backend.client_analytics_history")
    database.rollback()

    found = {(row["coach_id"], row["client_id"], row["as_of_date"], row["window_type"]): row for row in rows}
    expected = {
        (*pair, day, window): values
        for pair, sessions in pairs.items()
        for day in DATES
        for window in WINDOW_DAYS
        if (values := reference_window(sessions, day, window)) is not None
    }
    assert set(found) == set(expected)
    for key, values in expected.items():
        for column, value in values.items():
            if isinstance(value, list):
                assert [Fraction(Decimal(str(v))) for v in found[key][column]] == value, (key, column)
            else:
                assert _agrees(found[key][column], value, DECIMALS.get(column, 2)), (key, column, value)


@slow
@given(practice=st.lists(st.tuples(history(), coach_thresholds(), st.booleans()), min_size=1, max_size=5))
def test_risk_scores__equal_the_reference(
    simulation: NightlySimulation,
    database: psycopg.Connection,
    practice: list[tuple[list[SessionValues], dict[str, Any], bool]],
) -> None:
    expected = {}
    for sessions, thresholds, is_active in practice:
        pair = add_pair(database, sessions, status="active" if is_active else "ended")
        _set_thresholds(database, pair[0], thresholds)
        for day in DATES:
            score = reference_score(sessions, day, thresholds)
            if score is not None and is_active:
                expected[(*pair, day)] = score
    simulation.run(
        database,
        DATES,
        only=["int_clients__timelines", *RISK_TABLES, "risk_scores"],
    )
    rows = query(database, "select * from ai_backend.risk_scores order by coach_id, client_id, as_of_date")
    database.rollback()

    assert {(r["coach_id"], r["client_id"], r["as_of_date"]) for r in rows} == set(expected)
    previous: dict[uuid.UUID, Decimal] = {}
    for row in rows:
        score = expected[(row["coach_id"], row["client_id"], row["as_of_date"])]
        assert Fraction(row["risk_score"]) == score.risk_score
        assert row["risk_level"] == score.level
        assert row["top_factor"] == score.top_factor
        assert sum(Decimal(str(f["contribution"])) for f in row["factors"]) == row["risk_score"]
        for shown, factor in zip(row["factors"], score.factors, strict=True):
            assert shown["factor_type"] == factor.factor_type
            assert Fraction(Decimal(str(shown["contribution"]))) == factor.contribution
            assert shown["has_evidence"] == (factor.severity is not None)
            assert _agrees(
                None if shown["severity"] is None else Decimal(str(shown["severity"])), factor.severity, 4
            )
        _check_trend(row, previous.get(row["client_id"]))
        previous[row["client_id"]] = row["risk_score"]


def _check_trend(row: dict[str, Any], previous: Decimal | None) -> None:
    assert row["previous_risk_score"] == previous
    if previous is None:
        assert row["score_change"] is None
        assert row["trend"] is None
        return
    change = row["risk_score"] - previous
    assert row["score_change"] == change
    assert row["trend"] == ("worsening" if change > 5 else "improving" if change < -5 else "stable")


def _set_thresholds(database: psycopg.Connection, coach_id: uuid.UUID, thresholds: dict[str, Any]) -> None:
    columns: dict[str, Any] = {"coach_id": coach_id}
    for factor, (warning, critical) in thresholds.items():
        columns[f"{SETTING_NAMES[factor]}_warning"] = Decimal(warning.numerator) / warning.denominator
        columns[f"{SETTING_NAMES[factor]}_critical"] = Decimal(critical.numerator) / critical.denominator
    insert(database, "analytics_api.coach_settings", **columns)
