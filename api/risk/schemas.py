"""Responses of risk scores and alerts. Fields: docs/reference/specification.md, "Risk Score"."""

from pydantic import Field

from api.types import (
    AlertStatus,
    AlertType,
    Count,
    Date,
    FactorType,
    Identifier,
    PercentagePoints,
    Probability,
    ResponseModel,
    RiskLevel,
    RiskTrend,
    Score,
    Severity,
    Timestamp,
)


class RiskFactor(ResponseModel):
    """A factor of a risk score."""

    factor_type: FactorType
    """Type of the factor."""
    contribution: Score
    """Points that the factor adds to the score, 0 to 100; all contributions sum to the score."""
    value: float | None
    """Measured value in the factor's unit; null without evidence."""
    threshold: float
    """The coach's warning threshold in the factor's unit."""
    description: str
    """Finding in one sentence."""
    weight: Score
    """Maximum contribution if every factor has evidence, 0 to 100 points."""
    severity: float | None = Field(ge=0, le=1)
    """Severity from 0 (none) to 1 (at or beyond the critical threshold); null without evidence."""
    critical_threshold: float
    """The coach's critical threshold in the factor's unit, from which the contribution is at its maximum."""
    has_evidence: bool
    """Whether there was enough data. A factor without evidence is excluded from the score."""
    largest_contribution: Score
    """Maximum contribution for the factors that have evidence, 0 to 100 points."""


class RiskScore(ResponseModel):
    """Churn risk of a client with its factors."""

    id: Identifier
    """Id of the score, derived from coach, client and as-of date."""
    client_id: Identifier
    """Id of the client."""
    coach_id: Identifier
    """Id of the coach: always the authenticated coach."""
    risk_score: Score
    """Risk score from 0 (no risk) to 100 (maximum risk)."""
    risk_level: RiskLevel
    """Risk level: low up to 25, medium up to 50, high up to 75, critical above."""
    churn_probability: Probability
    """Score divided by 100; a measured probability only if `is_calibrated`."""
    factors: list[RiskFactor]
    """Factors of the score."""
    previous_risk_score: Score | None
    """Score of the previous scored date; null for the first score."""
    score_change: PercentagePoints | None
    """Score minus the previous score, -100 to 100; positive means more risk. Null for the first score."""
    trend: RiskTrend | None
    """Trend of the score; null for the first score."""
    recommended_action: str
    """Recommended action for the coach."""
    computed_at: Timestamp
    """Time at which the score was computed."""
    valid_until: Timestamp
    """Expiry time of the score."""
    model_version: str
    """Version of the models that computed the score."""
    is_calibrated: bool
    """Whether churn_probability was calibrated with observed churn."""
    as_of_date: Date
    """Date as of which the score is computed."""
    top_factor: FactorType | None
    """Factor with the maximum contribution; null if all contributions are 0."""
    last_session_date: Date
    """Date of the client's last session up to as_of_date."""
    days_since_last_session: Count
    """Days from that session to as_of_date."""


class RiskScoreHistory(ResponseModel):
    """An earlier or the current risk score."""

    computed_at: Timestamp
    """Time at which the score was computed."""
    as_of_date: Date
    """Date as of which the score is computed."""
    risk_score: Score
    """Risk score, 0 to 100."""
    risk_level: RiskLevel
    """Risk level."""
    top_factor: FactorType | None
    """Factor with the maximum contribution; null if all contributions are 0."""


class RiskAlert(ResponseModel):
    """An alert about a client."""

    id: Identifier
    """Id of the alert."""
    client_id: Identifier
    """Id of the client."""
    coach_id: Identifier
    """Id of the coach: always the authenticated coach."""
    risk_score_id: Identifier | None
    """Id of the score that the message refers to."""
    alert_type: AlertType
    """Rule that opened the alert."""
    severity: Severity
    """Severity of the alert."""
    title: str
    """Title of the alert."""
    message: str
    """Finding and recommended action."""
    status: AlertStatus
    """Status: pending, acknowledged (by the coach), or resolved (the condition no longer holds)."""
    acknowledged_at: Timestamp | None
    """Time of the acknowledgement at the current severity; null while the alert is pending."""
    acknowledged_notes: str | None
    """Notes of the coach."""
    resolved_at: Timestamp | None
    """Time at which the alert was resolved; null while it is open."""
    created_at: Timestamp
    """Start of the date on which the alert opened."""


class AlertList(ResponseModel):
    """A page of alerts, newest first."""

    alerts: list[RiskAlert]
    """Alerts of the page."""
    total: Count
    """Number of all matching alerts."""


class AcknowledgedAlert(RiskAlert):
    """The alert after the acknowledgement. `alert` holds the same object."""

    alert: RiskAlert
    """The same alert."""
