"""Shapes of a client's answers (specification, "Client Analytics"; contract page, "Response shapes")."""

from pydantic import Field

from api.risk.schemas import RiskAlert, RiskScore, RiskScoreHistory
from api.types import (
    Answer,
    Change,
    Count,
    Day,
    FrequencyTrend,
    Identifier,
    Percentage,
    Points,
    Ratio,
    RiskLevel,
    Score,
    Sentiment,
    TalkRatioTrend,
    Timestamp,
    Trend,
    Window,
)


class ClientAnalytics(Answer):
    """How a client has been doing in a window."""

    id: Identifier
    """Identity of the row; follows from coach, client and window."""
    client_id: Identifier
    """The client."""
    coach_id: Identifier
    """The coach: the one who asks."""
    window_start: Day
    """First day of the window; the day of the first session for all_time."""
    window_end: Day
    """Last day of the window: the day that was computed."""
    window_type: Window
    """Which window."""
    total_sessions: Count
    """Sessions in the window."""
    sessions_last_30_days: Count
    """Sessions in the last 30 days, whatever the window."""
    average_days_between_sessions: float | None = Field(ge=0)
    """Mean number of days from one session to the next; null below two."""
    days_since_last_session: Count
    """Days since the last session, whatever the window."""
    session_frequency_trend: FrequencyTrend | None
    """Last 30 days against the 30 before; null with a single session ever."""
    average_coach_talk_percentage: Percentage | None
    """Mean share of the session in which the coach spoke, 0 to 100; null when unknown."""
    average_client_talk_percentage: Percentage | None
    """Mean share of the session in which the client spoke, 0 to 100; null when unknown."""
    talk_ratio_trend: TalkRatioTrend | None
    """Whose share grew by 10 points or more within the window; null below two sessions."""
    average_engagement_score: Score | None
    """Mean engagement, 0 to 100; null when unknown."""
    engagement_trend: Trend | None
    """Whether engagement moved by 5 points or more within the window; null below two values."""
    engagement_scores_history: list[Score]
    """The last ten known engagement scores, oldest first."""
    average_sentiment_score: Sentiment | None
    """How the client sounded on average, -1 to 1; null when unknown."""
    sentiment_trend: Trend | None
    """Whether sentiment moved by 0.1 or more within the window; null below two values."""
    sentiment_scores_history: list[Sentiment]
    """The last ten known sentiment scores, oldest first."""
    total_resistance_cues: Count
    """Moments in which the client pushed back."""
    total_commitment_cues: Count
    """Moments in which the client committed to something."""
    total_breakthrough_cues: Count
    """Moments of insight."""
    resistance_to_commitment_ratio: Ratio | None
    """Resistance for each commitment, 0 to 99.999; null when no session was read for cues."""
    computed_at: Timestamp
    """When these numbers were computed."""
    as_of_date: Day
    """The day that they speak for."""
    last_session_date: Day
    """Day of the last session, whatever the window."""
    sessions_previous_30_days: Count
    """Sessions in the 30 days before the last 30."""
    sessions_with_cue_evidence: Count
    """Sessions of the window that were read for cues."""
    engagement_change: Points | None
    """Later half of the window minus earlier half, -100 to 100 points; null below two values."""
    sentiment_change: Change | None
    """Later half of the window minus earlier half, -2 to 2; null below two values."""
    talk_ratio_change: Points | None
    """Client's share, later half minus earlier half, -100 to 100 points; null below two sessions."""


class ClientSummary(Answer):
    """A client at a glance."""

    client_analytics: ClientAnalytics
    """The window's numbers."""
    session_count: Count
    """Sessions altogether."""
    latest_session_date: Day | None
    """Day of the last session."""
    risk_level: RiskLevel | None
    """Level of the current score; null without one that holds."""
    risk_score_stale: bool
    """Whether there is a score that has expired."""
    quality_warnings: list[str]
    """insufficient_sessions (fewer than two in the window), stale_risk_score."""


class CueCounts(Answer):
    """Language cues by type."""

    resistance: Count
    """Moments in which the client pushed back."""
    commitment: Count
    """Moments in which the client committed to something."""
    breakthrough: Count
    """Moments of insight."""
    concern: Count
    """Moments of worry."""
    deflection: Count
    """Moments in which the client stayed vague."""
    enthusiasm: Count
    """Moments of enthusiasm."""
    doubt: Count
    """Moments of doubt."""
    agreement: Count
    """Moments of agreement with the coach."""
    goal_setting: Count
    """Moments in which the client set a concrete goal."""


class SessionAnalyticsSummary(Answer):
    """A session in a line."""

    job_id: Identifier
    """The session."""
    session_date: Day
    """Its date."""
    duration_minutes: float = Field(ge=0)
    """Its length in minutes."""
    coach_talk_percentage: Percentage
    """Share in which the coach spoke, 0 to 100."""
    client_talk_percentage: Percentage
    """Share in which the client spoke, 0 to 100."""
    engagement_score: Score | None
    """How engaged the client was, 0 to 100; null when unknown."""
    client_sentiment_score: Sentiment | None
    """How the client sounded, -1 to 1; null when unknown."""
    cue_count: Count
    """Language cues of all nine types."""
    cue_counts: CueCounts
    """The same by type."""
    has_warnings: bool
    """Whether there is a reason to read these numbers with care."""
    has_cue_evidence: bool
    """Whether the session was read for language cues; if not, counts of 0 mean unknown."""


class SessionList(Answer):
    """A page of sessions, newest first."""

    sessions: list[SessionAnalyticsSummary]
    """The page."""
    total: Count
    """All sessions that match."""


class ClientRisk(Answer):
    """A client's risk, how it came about, and what is open."""

    risk_score: RiskScore
    """The current score, also when it has expired."""
    history: list[RiskScoreHistory]
    """Scores, newest first, the current one included."""
    alerts: list[RiskAlert]
    """Alerts that are neither resolved nor muted, newest first."""


class DataPoint(Answer):
    """A session's value and what it is a value of."""

    date: Day
    """Day of the session."""
    value: float = Field(ge=-1, le=100)
    """Engagement or talk ratio 0 to 100, sentiment -1 to 1."""
    job_id: Identifier
    """The session."""
    session_id: Identifier
    """Its analytics (`session_analytics.id`)."""
    metric: str = Field(pattern="^(engagement|sentiment|talk_ratio)$")
    """engagement, sentiment or talk_ratio."""


class TrendData(Answer):
    """How a metric moved from the first to the last known value of the window."""

    metric_name: str = Field(pattern="^(engagement|sentiment|talk_ratio)$")
    """engagement, sentiment or talk_ratio (share of the session in which the client spoke)."""
    current_value: float | None
    """The last known value; null without any."""
    previous_value: float | None
    """The first known value; null without any."""
    change: float | None
    """Last minus first, in the metric's unit."""
    change_percentage: float | None
    """The change in percent of the first value's size; null when that is 0."""
    trend: Trend | TalkRatioTrend | None
    """The trend in a word, as in client_analytics; null below two values."""
    data_points: list[DataPoint]
    """The values, oldest first."""


class ClientTrends(Answer):
    """Trends of a client by metric."""

    trends: dict[str, TrendData]
    """One entry for each metric asked for."""
    data_points: list[DataPoint]
    """All values in one list."""
