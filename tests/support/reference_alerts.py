"""Alerts once more: a walk from one scored date to the next, as the metric dictionary ("Alerts") tells it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction


@dataclass(frozen=True)
class Scored:
    """One scored date of a pair."""

    on: date
    score: Fraction
    level: str
    last_session: date


@dataclass
class Episode:
    """One alert."""

    alert_type: str
    key: date
    opened: date
    severity: str
    resolved: date | None = None
    opening_score: Fraction = field(default=Fraction(0), compare=False)


def reference_episodes(nights: Sequence[Scored | date]) -> list[Episode]:
    """Every episode of a pair over its nights in order: scored dates, or dates without a relationship."""
    all_of_them: list[Episode] = []
    is_open: dict[str, Episode] = {}
    last_increase: date | None = None
    for index, today in enumerate(nights):
        if isinstance(today, date):
            for episode in is_open.values():
                episode.resolved = today
            is_open.clear()
            continue
        for episode in list(is_open.values()):
            if _is_over(episode, today):
                episode.resolved = today.on
                del is_open[episode.alert_type]
        silence = (today.on - today.last_session).days

        if silence >= 30 and "no_session_30d" not in is_open:
            silences = [
                e for e in all_of_them if (e.alert_type, e.key) == ("no_session_30d", today.last_session)
            ]
            if silences:  # the same silence goes on after the relationship was resumed: the same alert
                silences[0].resolved = None
            else:
                silences = [Episode("no_session_30d", today.last_session, today.on, "warning")]
                all_of_them += silences
            is_open["no_session_30d"] = silences[0]
        if silence >= 45:
            is_open["no_session_30d"].severity = "urgent"

        if today.level in ("high", "critical") and "new_high_risk" not in is_open:
            is_open["new_high_risk"] = Episode("new_high_risk", today.on, today.on, "warning")
            all_of_them.append(is_open["new_high_risk"])
        if today.level == "critical":
            is_open["new_high_risk"].severity = "urgent"

        before = [
            s.score for s in nights[:index] if isinstance(s, Scored) and 1 <= (today.on - s.on).days <= 7
        ]
        if (
            "risk_increased" not in is_open
            and "no_session_30d" not in is_open
            and (last_increase is None or (today.on - last_increase).days >= 7)
            and before
            and today.score - min(before) >= 20
        ):
            last_increase = today.on
            is_open["risk_increased"] = Episode(
                "risk_increased", today.on, today.on, "warning", opening_score=today.score
            )
            all_of_them.append(is_open["risk_increased"])
    return all_of_them


def _is_over(episode: Episode, today: Scored) -> bool:
    if episode.alert_type == "no_session_30d":
        return today.last_session != episode.key
    if episode.alert_type == "new_high_risk":
        return today.score <= 45
    return today.score <= episode.opening_score - 10 or (today.on - episode.opened).days >= 14
