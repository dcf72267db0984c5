"""Reference implementation of risk scores, with exact fractions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

from tests.support.client_histories import SessionValues
from tests.support.reference_clients import reference_window

ORDER = ("session_frequency", "engagement_trend", "sentiment_trend", "resistance_ratio", "days_since_session")
WEIGHTS = dict(zip(ORDER, (25, 25, 20, 15, 15), strict=True))
THRESHOLDS = {
    "engagement_trend": (Fraction(-10), Fraction(-20)),
    "sentiment_trend": (Fraction(-1, 5), Fraction(-2, 5)),
    "resistance_ratio": (Fraction(2), Fraction(4)),
    "days_since_session": (Fraction(14), Fraction(30)),
}
Thresholds = Mapping[str, tuple[Fraction, Fraction]]


@dataclass(frozen=True)
class Factor:
    """A risk factor; `severity` is None without evidence."""

    factor_type: str
    severity: Fraction | None
    contribution: Fraction
    """Rounded to hundredths."""


@dataclass(frozen=True)
class Score:
    """A risk score with its factors."""

    risk_score: Fraction
    level: str
    factors: tuple[Factor, ...]
    top_factor: str | None


def reference_score(
    sessions: Sequence[SessionValues], as_of: date, thresholds: Thresholds = THRESHOLDS
) -> Score | None:
    """The score of an active pair; None without a session up to as_of."""
    row = reference_window(sessions, as_of, "90d")
    if row is None:
        return None
    severities = _severities(row, {**THRESHOLDS, **thresholds})
    decay = min(Fraction(1), max(Fraction(0), 1 - Fraction(row["days_since_last_session"] - 30, 30)))
    weights: dict[str, Fraction] = {}
    for name in ORDER:
        decays = name in ("engagement_trend", "sentiment_trend", "resistance_ratio")
        has_evidence = severities[name] is not None
        weights[name] = Fraction(WEIGHTS[name] * has_evidence * (decay if decays else 1))
    total_weight = sum(weights.values(), Fraction(0))
    exact = [100 * weights[name] * (severities[name] or 0) / total_weight for name in ORDER]
    contributions = largest_remainder(exact)
    total = sum(contributions, Fraction(0))
    factors = tuple(
        Factor(name, severities[name], part) for name, part in zip(ORDER, contributions, strict=True)
    )
    largest = max(factors, key=lambda f: f.contribution)
    return Score(total, level_of(total), factors, largest.factor_type if largest.contribution else None)


def _severities(row: Mapping[str, Any], thresholds: Thresholds) -> dict[str, Fraction | None]:
    recent, total = row["sessions_last_30_days"], row["total_sessions"]
    ratio = max(Fraction(0), 1 - recent / max(Fraction(total, 3), Fraction(1)))
    frequency = (
        Fraction(1)
        if recent == 0
        else ratio
        if row["session_frequency_trend"] == "decreasing"
        else Fraction(0)
    )
    resistance: Fraction | None = None
    if row["resistance_to_commitment_ratio"] is not None:
        enough = row["total_resistance_cues"] >= 3
        resistance = (
            _severity(row["resistance_to_commitment_ratio"], *thresholds["resistance_ratio"])
            if enough
            else Fraction(0)
        )
    return {
        "session_frequency": frequency,
        "engagement_trend": _severity(row["engagement_change"], *thresholds["engagement_trend"]),
        "sentiment_trend": _severity(row["sentiment_change"], *thresholds["sentiment_trend"]),
        "resistance_ratio": resistance,
        "days_since_session": _severity(
            Fraction(row["days_since_last_session"]), *thresholds["days_since_session"]
        ),
    }


def _severity(value: Fraction | None, warning: Fraction, critical: Fraction) -> Fraction | None:
    if value is None:
        return None
    if critical < warning:  # lower values are worse
        value, warning, critical = -value, -warning, -critical
    if value < warning:
        return Fraction(0)
    return min(Fraction(1), Fraction(1, 2) + Fraction(1, 2) * (value - warning) / (critical - warning))


def largest_remainder(exact: Sequence[Fraction]) -> list[Fraction]:
    """Values in hundredths that sum to the rounded sum; largest remainders are rounded up, ties in order."""
    hundredths = [100 * value for value in exact]
    rounded = [floor(value) for value in hundredths]
    missing = floor(sum(hundredths, Fraction(0)) + Fraction(1, 2)) - sum(rounded)
    by_remainder = sorted(range(len(exact)), key=lambda i: (rounded[i] - hundredths[i], i))
    for i in by_remainder[:missing]:
        rounded[i] += 1
    return [Fraction(value, 100) for value in rounded]


def level_of(score: Fraction) -> str:
    """low up to 25, medium up to 50, high up to 75, critical above."""
    return "low" if score <= 25 else "medium" if score <= 50 else "high" if score <= 75 else "critical"
