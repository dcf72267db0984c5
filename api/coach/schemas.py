"""Responses of the coach routes."""

from pydantic import Field

from api.types import (
    AlertType,
    Count,
    Date,
    FactorType,
    Identifier,
    PercentagePoints,
    ResponseModel,
    RiskLevel,
    RiskTrend,
    Score,
    Severity,
    Timestamp,
)


class RiskDistribution(ResponseModel):
    """Number of clients with an unexpired score by risk level."""

    low: Count
    """Clients with a score up to 25."""
    medium: Count
    """Clients with a score up to 50."""
    high: Count
    """Clients with a score up to 75."""
    critical: Count
    """Clients with a score above 75."""


class CoachSummary(ResponseModel):
    """Summary of the coach's practice."""

    total_clients: Count
    """Number of active clients with at least one session."""
    clients_at_risk: Count
    """Number of these clients whose unexpired risk level is high or critical."""
    average_engagement: Score | None
    """Mean of the clients' average engagement scores of the last 90 days, 0 to 100; null when unknown."""
    sessions_this_month: Count
    """Number of sessions in the calendar month of the latest computed date."""
    risk_distribution: RiskDistribution
    """Number of clients by risk level."""


class AtRiskClient(ResponseModel):
    """A client at risk of churn."""

    client_id: Identifier
    """Id of the client."""
    risk_score: Score
    """Current risk score, 0 to 100."""
    risk_level: RiskLevel
    """Risk level."""
    top_factor: FactorType | None
    """Factor with the maximum contribution; null if all contributions are 0."""
    trend: RiskTrend | None
    """Trend of the score; null for the first score."""
    score_change: PercentagePoints | None
    """Score minus the previous score, -100 to 100; positive means more risk. Null for the first score."""
    recommended_action: str
    """Recommended action for the coach."""
    days_since_last_session: Count
    """Days since the last session."""
    last_session_date: Date
    """Date of the last session."""
    open_alerts: Count
    """Number of alerts about the client that are neither resolved nor muted."""
    as_of_date: Date
    """Date as of which the score is computed."""


class AtRiskClients(ResponseModel):
    """A page of clients at risk, highest score first."""

    clients: list[AtRiskClient]
    """Clients of the page."""
    total: Count
    """Number of all matching clients."""


class Threshold(ResponseModel):
    """Thresholds of a risk factor."""

    warning: float
    """Warning threshold in the factor's unit."""
    critical: float
    """Critical threshold in the factor's unit."""
    default_warning: float
    """Default of `warning`."""
    default_critical: float
    """Default of `critical`."""
    is_default: bool
    """Whether the defaults apply."""


class Thresholds(ResponseModel):
    """The coach's thresholds by risk factor."""

    engagement_trend: Threshold
    """Change of engagement within 90 days in points; negative is a decline."""
    sentiment_trend: Threshold
    """Change of sentiment (-1 to 1) within 90 days; negative is a decline."""
    resistance_ratio: Threshold
    """Resistance cues per commitment cue within 90 days."""
    days_since_session: Threshold
    """Days since the last session."""


class CoachSettings(ResponseModel):
    """The coach's settings, with defaults for those that are not set."""

    thresholds: Thresholds
    """Thresholds by risk factor. Changes take effect with the next scoring."""
    muted_alert_types: list[AlertType]
    """Alerts of these types are recorded but not listed."""
    min_alert_severity: Severity
    """Alerts below this severity are recorded but not listed."""
    least_alert_severity: Severity = Field(json_schema_extra={"deprecated": True})
    """Deprecated name of `min_alert_severity`, with the same value. Removed in the next version."""
    updated_at: Timestamp | None
    """Time of the last change; null if the coach has never changed the settings."""
