"""Hypothesis strategies of client histories. Values are on a grid, so that they often equal a threshold."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from tests.support.client_histories import SessionValues

FIRST_DATE = date(2026, 1, 1)


@st.composite
def session_values(draw: st.DrawFn, last_day: int) -> SessionValues:
    """A session on one of the days 0 to last_day."""
    return SessionValues(
        session_date=FIRST_DATE + timedelta(days=draw(st.integers(0, last_day))),
        engagement=draw(st.none() | st.sampled_from([Decimal(n) / 2 for n in range(60, 141, 5)])),
        sentiment=draw(st.none() | st.sampled_from([Decimal(n) / 10 for n in range(-6, 7)])),
        client_talk=draw(st.sampled_from([Decimal(n) for n in range(20, 81, 5)])),
        coach_talk=draw(st.sampled_from([Decimal("12.34"), Decimal(20)])),
        resistance=draw(st.sampled_from([0, 0, 1, 2, 3, 4, 8])),
        commitment=draw(st.sampled_from([0, 0, 1, 2])),
        breakthrough=draw(st.integers(0, 2)),
        has_cue_evidence=draw(st.booleans()),
        is_attributed=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def history(draw: st.DrawFn, last_day: int = 200) -> list[SessionValues]:
    """A pair's sessions in order; several may have the same date."""
    sessions = draw(st.lists(session_values(last_day), min_size=0, max_size=14))
    return sorted(sessions, key=lambda session: session.session_date)


@st.composite
def coach_thresholds(draw: st.DrawFn) -> dict[str, tuple[Fraction, Fraction]]:
    """Thresholds of a coach for some of the four factors."""
    drawn = {
        "engagement_trend": draw(st.sampled_from([None, (-5, -12), (Fraction(-25, 2), -30)])),
        "sentiment_trend": draw(st.sampled_from([None, (Fraction(-1, 10), Fraction(-3, 10))])),
        "resistance_ratio": draw(st.sampled_from([None, (1, Fraction(3, 2))])),
        "days_since_session": draw(st.sampled_from([None, (7, 21), (40, 41)])),
    }
    return {name: (Fraction(pair[0]), Fraction(pair[1])) for name, pair in drawn.items() if pair is not None}
