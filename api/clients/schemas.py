"""Responses of a client. Fields: docs/reference/specification.md, "Client Analytics (Aggregate)"."""

from pydantic import Field

from api.risk.schemas import RiskAlert, RiskScore, RiskScoreHistory
from api.types import (
    Count,
    Date,
    FrequencyTrend,
    Identifier,
    Percentage,
    PercentagePoints,
    Ratio,
    ResponseModel,
    RiskLevel,
    Score,
    Sentiment,
    SentimentChange,
    TalkRatioTrend,
    Timestamp,
    Trend,
    Window,
)


class ClientAnalytics(ResponseModel):
    """Analytics of a client in a window."""

    id: Identifier
    """Id of the row, derived from coach, client and window."""
    client_id: Identifier
    """Id of the client."""
    coach_id: Identifier
    """Id of the coach: always the authenticated coach."""
    window_start: Date
    """First date of the window; for all_time the date of the first session."""
    window_end: Date
    """Last date of the window: the as-of date."""
    window_type: Window
    """Type of the window."""
    total_sessions: Count
    """Number of sessions in the window."""
    sessions_last_30_days: Count
    """Number of sessions in the last 30 days, independent of the window."""
    average_days_between_sessions: float | None = Field(ge=0)
    """Mean number of days between sessions; null with fewer than two sessions."""
    days_since_last_session: Count
    """Days since the last session, independent of the window."""
    session_frequency_trend: FrequencyTrend | None
    """Last 30 days compared with the 30 days before; null if the client has only one session."""
    average_coach_talk_percentage: Percentage | None
    """Mean percentage of the session in which the coach spoke, 0 to 100; null when unknown."""
    average_client_talk_percentage: Percentage | None
    """Mean percentage of the session in which the client spoke, 0 to 100; null when unknown."""
    talk_ratio_trend: TalkRatioTrend | None
    """Speaker whose share grew by 10 points or more within the window; null with fewer than two sessions."""
    average_engagement_score: Score | None
    """Mean engagement score, 0 to 100; null when unknown."""
    engagement_trend: Trend | None
    """Whether engagement changed by 5 points or more within the window; null with fewer than two values."""
    engagement_scores_history: list[Score]
    """The last ten known engagement scores, oldest first."""
    average_sentiment_score: Sentiment | None
    """Mean sentiment of the client, -1 to 1; null when unknown."""
    sentiment_trend: Trend | None
    """Whether sentiment changed by 0.1 or more within the window; null with fewer than two values."""
    sentiment_scores_history: list[Sentiment]
    """The last ten known sentiment scores, oldest first."""
    total_resistance_cues: Count
    """Number of cues in which the client pushed back."""
    total_commitment_cues: Count
    """Number of cues in which the client committed to something."""
    total_breakthrough_cues: Count
    """Number of cues of insight."""
    resistance_to_commitment_ratio: Ratio | None
    """Resistance cues per commitment cue, 0 to 99.999; null if cue detection has processed no session."""
    computed_at: Timestamp
    """Time at which the analytics were computed."""
    as_of_date: Date
    """Date as of which the analytics are computed."""
    last_session_date: Date
    """Date of the last session, independent of the window."""
    sessions_previous_30_days: Count
    """Number of sessions in the 30 days before the last 30 days."""
    sessions_with_cue_evidence: Count
    """Number of sessions in the window that cue detection has processed."""
    engagement_change: PercentagePoints | None
    """Later half of the window minus earlier half, -100 to 100 points; null with fewer than two values."""
    sentiment_change: SentimentChange | None
    """Later half of the window minus earlier half, -2 to 2; null with fewer than two values."""
    talk_ratio_change: PercentagePoints | None
    """Client talk percentage, later half minus earlier half; null with fewer than two sessions."""


class ClientSummary(ResponseModel):
    """Summary of a client."""

    client_analytics: ClientAnalytics
    """Analytics of the window."""
    session_count: Count
    """Number of all sessions."""
    latest_session_date: Date | None
    """Date of the last session."""
    risk_level: RiskLevel | None
    """Risk level of the current score; null without an unexpired score."""
    risk_score_stale: bool
    """Whether the latest score has expired."""
    quality_warnings: list[str]
    """Quality warnings: insufficient_sessions (fewer than two in the window), stale_risk_score."""


class CueCounts(ResponseModel):
    """Counts of language cues by type."""

    resistance: Count
    """Cues in which the client pushed back."""
    commitment: Count
    """Cues in which the client committed to something."""
    breakthrough: Count
    """Cues of insight."""
    concern: Count
    """Cues of worry."""
    deflection: Count
    """Cues in which the client changed the subject or stayed vague."""
    enthusiasm: Count
    """Cues of enthusiasm."""
    doubt: Count
    """Cues of doubt."""
    agreement: Count
    """Cues of agreement with the coach."""
    goal_setting: Count
    """Cues in which the client set a concrete goal."""


class SessionAnalyticsSummary(ResponseModel):
    """Summary of a session."""

    job_id: Identifier
    """Id of the session's transcription job."""
    session_date: Date
    """Date of the session."""
    duration_minutes: float = Field(ge=0)
    """Duration in minutes."""
    coach_talk_percentage: Percentage
    """Percentage of the session in which the coach spoke, 0 to 100."""
    client_talk_percentage: Percentage
    """Percentage of the session in which the client spoke, 0 to 100."""
    engagement_score: Score | None
    """Engagement of the client, 0 to 100; null when unknown."""
    client_sentiment_score: Sentiment | None
    """Mean sentiment of the client, -1 to 1; null when unknown."""
    cue_count: Count
    """Number of language cues of all nine types."""
    cue_counts: CueCounts
    """Number of language cues by type."""
    has_warnings: bool
    """Whether the session has quality warnings."""
    has_cue_evidence: bool
    """Whether cue detection has processed the session; if not, cue counts of 0 mean unknown."""


class SessionList(ResponseModel):
    """A page of sessions, newest first."""

    sessions: list[SessionAnalyticsSummary]
    """Sessions of the page."""
    total: Count
    """Number of all matching sessions."""


class ClientRisk(ResponseModel):
    """Risk score of a client, its history and open alerts."""

    risk_score: RiskScore
    """Latest score, even if it has expired."""
    history: list[RiskScoreHistory]
    """Scores, newest first, including the latest one."""
    alerts: list[RiskAlert]
    """Alerts that are neither resolved nor muted, newest first."""


class DataPoint(ResponseModel):
    """Value of a metric in one session."""

    date: Date
    """Date of the session."""
    value: float = Field(ge=-1, le=100)
    """Value: engagement and talk_ratio 0 to 100, sentiment -1 to 1."""
    job_id: Identifier
    """Id of the session's transcription job."""
    session_id: Identifier
    """Id of the session's analytics (`session_analytics.id`)."""
    metric: str = Field(pattern="^(engagement|sentiment|talk_ratio)$")
    """Metric: engagement, sentiment or talk_ratio."""


class TrendData(ResponseModel):
    """Change of a metric from the first to the last known value of the window."""

    metric_name: str = Field(pattern="^(engagement|sentiment|talk_ratio)$")
    """Metric: engagement, sentiment or talk_ratio (percentage of the session in which the client spoke)."""
    current_value: float | None
    """Last known value; null without values."""
    previous_value: float | None
    """First known value; null without values."""
    change: float | None
    """Last value minus first value, in the metric's unit."""
    change_percentage: float | None
    """Change in percent of the first value's absolute value; null if that is 0."""
    trend: Trend | TalkRatioTrend | None
    """Trend, as in client_analytics; null with fewer than two values."""
    data_points: list[DataPoint]
    """Values, oldest first."""


class ClientTrends(ResponseModel):
    """Trends of a client by metric."""

    trends: dict[str, TrendData]
    """One entry per requested metric."""
    data_points: list[DataPoint]
    """Values of all metrics in one list."""
