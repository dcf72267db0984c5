"""Random histories on a grid, so that values often fall just on a threshold."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from tests.support.client_histories import Held

FIRST_DAY = date(2026, 1, 1)


@st.composite
def held_session(draw: st.DrawFn, last_day: int) -> Held:
    """One session on a day from 0 to last_day."""
    return Held(
        on=FIRST_DAY + timedelta(days=draw(st.integers(0, last_day))),
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
def history(draw: st.DrawFn, last_day: int = 200) -> list[Held]:
    """A pair's sessions in order; several may fall on one day."""
    sessions = draw(st.lists(held_session(last_day), min_size=0, max_size=14))
    return sorted(sessions, key=lambda session: session.on)


@st.composite
def own_thresholds(draw: st.DrawFn) -> dict[str, tuple[Fraction, Fraction]]:
    """What a coach may have set: some of the four factors, warning before critical."""
    drawn = {
        "engagement_trend": draw(st.sampled_from([None, (-5, -12), (Fraction(-25, 2), -30)])),
        "sentiment_trend": draw(st.sampled_from([None, (Fraction(-1, 10), Fraction(-3, 10))])),
        "resistance_ratio": draw(st.sampled_from([None, (1, Fraction(3, 2))])),
        "days_since_session": draw(st.sampled_from([None, (7, 21), (40, 41)])),
    }
    return {name: (Fraction(pair[0]), Fraction(pair[1])) for name, pair in drawn.items() if pair is not None}
