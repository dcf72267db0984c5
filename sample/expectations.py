"""Expected results of each scenario on the last date, written by hand.

They follow from the dates and the course of each scenario; docs/sample-practice.md shows the calculation.
Scores are valid when cue detection has run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["low", "medium", "high", "critical"]
AlertType = Literal["new_high_risk", "risk_increased", "no_session_30d"]
Severity = Literal["warning", "urgent"]
Trend = Literal["improving", "stable", "declining"] | None

_ABSENCE = ("session_frequency", "days_since_session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Expected results of one scenario on the last date."""

    scenario: str
    sessions: int
    """Completed sessions up to the last date."""
    level: Level | None = "low"
    """None: no risk score (no session, or the relationship is inactive)."""
    score: tuple[float, float] = (0.0, 0.0)
    """Minimum and maximum risk score (0-100)."""
    factors: tuple[str, ...] = ()
    """Factors with a contribution above zero, in the order of the specification."""
    alerts: Mapping[AlertType, Severity] = field(default_factory=dict)
    """Open alerts; the same if only the last date or each of the last 120 dates was scored."""
    trends: tuple[Trend, Trend] = ("stable", "stable")
    """Engagement and sentiment trend of the last 90 days; None: too few sessions with a value."""
    warnings: tuple[str, ...] = ()
    """Quality warnings that at least one of its sessions must have."""
    later_sessions: int = 0
    """Completed sessions dated after the last date; they do not count on it."""
    unfinished_jobs: int = 0
    """Jobs that are not completed and therefore no sessions."""


EXPECTATIONS: Mapping[str, Expectation] = {
    expectation.scenario: expectation
    for expectation in (
        Expectation(scenario="improving", sessions=17, trends=("improving", "improving")),
        Expectation(
            scenario="declining",
            sessions=19,
            level="high",
            # all of engagement (25) and sentiment (20), and 1 - 2 / (10 / 3) of frequency (10)
            score=(55.0, 55.0),
            factors=("session_frequency", "engagement_trend", "sentiment_trend"),
            alerts={"new_high_risk": "warning"},
            trends=("declining", "declining"),
        ),
        Expectation(
            scenario="slowly_worsening",
            sessions=23,
            level="high",
            # frequency 1 - 1 / (7 / 3) (14.29), days 16 (8.44), most of engagement, most of sentiment
            score=(52.0, 68.0),
            factors=("session_frequency", "engagement_trend", "sentiment_trend", "days_since_session"),
            alerts={"new_high_risk": "warning"},
            trends=("declining", "declining"),
        ),
        Expectation(
            scenario="resistant",
            sessions=14,
            level="medium",
            # all of resistance (15), and of sentiment for a fall of 0.3 to 0.4 (15 to 20)
            score=(29.0, 35.0),
            factors=("sentiment_trend", "resistance_ratio"),
            trends=("stable", "declining"),
        ),
        Expectation(
            scenario="absent_30",
            sessions=17,
            level="medium",
            # 33 days: decay 0.9, 100 x 40 / (40 + 54)
            score=(42.55, 42.55),
            factors=_ABSENCE,
            alerts={"no_session_30d": "warning"},
        ),
        Expectation(
            scenario="absent_45",
            sessions=11,
            level="high",
            # 47 days: decay 13 / 30, 100 x 40 / (40 + 26)
            score=(60.61, 60.61),
            factors=_ABSENCE,
            alerts={"new_high_risk": "warning", "no_session_30d": "urgent"},
        ),
        Expectation(
            scenario="long_vanished",
            sessions=6,
            level="critical",
            score=(100.0, 100.0),
            factors=_ABSENCE,
            alerts={"new_high_risk": "urgent", "no_session_30d": "urgent"},
            trends=(None, None),
        ),
        Expectation(scenario="new_one_session", sessions=1, trends=(None, None)),
        Expectation(scenario="steady", sessions=15),
        Expectation(scenario="resumed", sessions=13),
        Expectation(scenario="ended", sessions=6, level=None, trends=(None, None)),
        Expectation(scenario="no_session_yet", sessions=0, level=None, trends=(None, None)),
        Expectation(scenario="missing_sentiment", sessions=10, warnings=("missing_sentiment",)),
        Expectation(scenario="shared_with_demo_coach", sessions=8),
        Expectation(scenario="single_speaker", sessions=8, warnings=("single_speaker",)),
        Expectation(scenario="short_sessions", sessions=8, warnings=("short_session",)),
        Expectation(scenario="overlapping_speech", sessions=8),
        Expectation(
            scenario="unlabelled_speakers",
            sessions=7,
            trends=(None, None),
            warnings=("unattributed_speakers",),
        ),
        Expectation(scenario="two_sessions_one_day", sessions=9),
        Expectation(
            scenario="shared_with_second_coach",
            sessions=6,
            level="medium",
            # 38 days: decay 22 / 30, 100 x 40 / (40 + 44)
            score=(47.62, 47.62),
            factors=_ABSENCE,
            alerts={"no_session_30d": "warning"},
        ),
        Expectation(scenario="no_utterances", sessions=4, warnings=("missing_utterances",)),
        Expectation(scenario="backward_times", sessions=6, warnings=("invalid_timestamps",)),
        Expectation(scenario="undated_sessions", sessions=4),
        Expectation(scenario="future_session", sessions=6, later_sessions=1),
        Expectation(scenario="unfinished_jobs", sessions=4, unfinished_jobs=3),
        Expectation(
            scenario="noisy_recordings",
            sessions=7,
            warnings=("low_confidence_diarization", "low_transcript_confidence"),
        ),
    )
}
"""Scenario -> expectation. Ordinary clients have no entry: low risk and no alerts."""
