"""Reference implementation of client analytics, with exact fractions."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.support.client_histories import SessionValues

WINDOW_DAYS = {"30d": 30, "90d": 90, "all_time": None}


def reference_window(sessions: Sequence[SessionValues], as_of: date, window: str) -> dict[str, Any] | None:
    """The row of a pair, given its sessions in order; None without a session up to as_of. None is unknown."""
    known = sorted((s for s in sessions if s.session_date <= as_of), key=lambda s: s.session_date)
    if not known:
        return None
    days = WINDOW_DAYS[window]
    start = as_of - timedelta(days=days - 1) if days else known[0].session_date
    inside = [s for s in known if s.session_date >= start]
    engagement = [Fraction(s.engagement) for s in inside if s.engagement is not None]
    sentiment = [Fraction(s.sentiment) for s in inside if s.sentiment is not None]
    talk = [Fraction(s.client_talk) for s in inside if s.is_attributed]
    coach_talk = [Fraction(s.coach_talk) for s in inside if s.is_attributed]
    resistance, commitment = sum(s.resistance for s in inside), sum(s.commitment for s in inside)
    recent, before = _between(known, as_of, 0, 29), _between(known, as_of, 30, 59)
    return {
        "window_start": start,
        "window_end": as_of,
        "total_sessions": len(inside),
        "sessions_last_30_days": recent,
        "average_days_between_sessions": (
            Fraction((inside[-1].session_date - inside[0].session_date).days, len(inside) - 1)
            if len(inside) > 1
            else None
        ),
        "days_since_last_session": (as_of - known[-1].session_date).days,
        "last_session_date": known[-1].session_date,
        "session_frequency_trend": _frequency(
            len(known), recent, before, (as_of - known[0].session_date).days
        ),
        "average_coach_talk_percentage": _mean(coach_talk),
        "average_client_talk_percentage": _mean(talk),
        "talk_ratio_trend": _label(
            _change(talk), Fraction(10), ("client_increasing", "coach_increasing", "balanced")
        ),
        "talk_ratio_change": _change(talk),
        "average_engagement_score": _mean(engagement),
        "engagement_trend": _label(_change(engagement), Fraction(5), ("improving", "declining", "stable")),
        "engagement_change": _change(engagement),
        "engagement_scores_history": engagement[-10:],
        "average_sentiment_score": _mean(sentiment),
        "sentiment_trend": _label(_change(sentiment), Fraction(1, 10), ("improving", "declining", "stable")),
        "sentiment_change": _change(sentiment),
        "sentiment_scores_history": sentiment[-10:],
        "total_resistance_cues": resistance,
        "total_commitment_cues": commitment,
        "total_breakthrough_cues": sum(s.breakthrough for s in inside),
        "resistance_to_commitment_ratio": (
            min(Fraction(resistance, max(commitment, 1)), Fraction("99.999"))
            if any(s.has_cue_evidence for s in inside)
            else None
        ),
    }


def _between(known: Sequence[SessionValues], as_of: date, min_days: int, max_days: int) -> int:
    return sum(1 for s in known if min_days <= (as_of - s.session_date).days <= max_days)


def _frequency(total: int, recent: int, before: int, age: int) -> str | None:
    if total == 1:
        return None
    if recent == 0 or (before - recent >= 2 and recent < Fraction(3, 4) * before):
        return "decreasing"
    if recent - before >= 2 and recent > Fraction(5, 4) * before and age >= 59:
        return "increasing"
    return "stable"


def _mean(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None


def _change(values: Sequence[Fraction]) -> Fraction | None:
    if len(values) < 2:
        return None
    earlier, later = values[: len(values) // 2], values[len(values) // 2 :]
    return sum(later, Fraction(0)) / len(later) - sum(earlier, Fraction(0)) / len(earlier)


def _label(change: Fraction | None, threshold: Fraction, labels: tuple[str, str, str]) -> str | None:
    if change is None:
        return None
    up, down, level = labels
    return up if change >= threshold else down if change <= -threshold else level
