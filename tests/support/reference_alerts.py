"""Reference implementation of the alert rules that iterates over the scored dates of a pair."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction


@dataclass(frozen=True)
class ScoredDate:
    """One scored date of a pair."""

    as_of_date: date
    score: Fraction
    level: str
    last_session: date


@dataclass
class Episode:
    """One alert episode."""

    alert_type: str
    key: date
    opened: date
    severity: str
    resolved: date | None = None
    opening_score: Fraction = field(default=Fraction(0), compare=False)


def reference_episodes(dates: Sequence[ScoredDate | date]) -> list[Episode]:
    """All episodes of a pair, given its dates in order: scored dates, or dates without a relationship."""
    episodes: list[Episode] = []
    is_open: dict[str, Episode] = {}
    last_increase: date | None = None
    for index, today in enumerate(dates):
        if isinstance(today, date):
            for episode in is_open.values():
                episode.resolved = today
            is_open.clear()
            continue
        for episode in list(is_open.values()):
            if _is_resolved(episode, today):
                episode.resolved = today.as_of_date
                del is_open[episode.alert_type]
        inactive_days = (today.as_of_date - today.last_session).days

        if inactive_days >= 30 and "no_session_30d" not in is_open:
            same_gap = [
                e for e in episodes if (e.alert_type, e.key) == ("no_session_30d", today.last_session)
            ]
            if same_gap:  # no session since the relationship was resumed: the same alert continues
                same_gap[0].resolved = None
            else:
                same_gap = [Episode("no_session_30d", today.last_session, today.as_of_date, "warning")]
                episodes += same_gap
            is_open["no_session_30d"] = same_gap[0]
        if inactive_days >= 45:
            is_open["no_session_30d"].severity = "urgent"

        if today.level in ("high", "critical") and "new_high_risk" not in is_open:
            is_open["new_high_risk"] = Episode("new_high_risk", today.as_of_date, today.as_of_date, "warning")
            episodes.append(is_open["new_high_risk"])
        if today.level == "critical":
            is_open["new_high_risk"].severity = "urgent"

        before = [
            s.score
            for s in dates[:index]
            if isinstance(s, ScoredDate) and 1 <= (today.as_of_date - s.as_of_date).days <= 7
        ]
        if (
            "risk_increased" not in is_open
            and "no_session_30d" not in is_open
            and (last_increase is None or (today.as_of_date - last_increase).days >= 7)
            and before
            and today.score - min(before) >= 20
        ):
            last_increase = today.as_of_date
            is_open["risk_increased"] = Episode(
                "risk_increased", today.as_of_date, today.as_of_date, "warning", opening_score=today.score
            )
            episodes.append(is_open["risk_increased"])
    return episodes


def _is_resolved(episode: Episode, today: ScoredDate) -> bool:
    if episode.alert_type == "no_session_30d":
        return today.last_session != episode.key
    if episode.alert_type == "new_high_risk":
        return today.score <= 45
    return today.score <= episode.opening_score - 10 or (today.as_of_date - episode.opened).days >= 14
