"""Shapes of risk scores and alerts (specification, "Risk Score"; contract page, "Response shapes")."""

from pydantic import Field

from api.types import (
    AlertStatus,
    AlertType,
    Answer,
    Count,
    Day,
    FactorType,
    Identifier,
    Points,
    Probability,
    RiskLevel,
    RiskTrend,
    Score,
    Severity,
    Timestamp,
)


class RiskFactor(Answer):
    """One part of a risk score."""

    factor_type: FactorType
    """Which factor."""
    contribution: Score
    """Points that it adds to the score, 0 to 100; all factors' points add up to the score."""
    value: float | None
    """What was measured, in the factor's own unit; null without evidence."""
    threshold: float
    """Where worry begins for this coach, in the same unit."""
    description: str
    """What was found, in a sentence."""
    weight: Score
    """Points that it adds at most when every factor has evidence, 0 to 100."""
    severity: float | None = Field(ge=0, le=1)
    """How bad it is, 0 to 1; null without evidence."""
    critical_threshold: float
    """Where it is as bad as it gets for this coach, in the same unit."""
    has_evidence: bool
    """False when too little was known to judge it; then it takes no part in the score."""
    largest_contribution: Score
    """Points that it could have added given what was known, 0 to 100."""


class RiskScore(Answer):
    """How likely the client is to drop out, and why."""

    id: Identifier
    """Identity of the score; follows from coach, client and day."""
    client_id: Identifier
    """The client."""
    coach_id: Identifier
    """The coach: the one who asks."""
    risk_score: Score
    """0 (nothing worries) to 100 (everything does)."""
    risk_level: RiskLevel
    """low up to 25, medium up to 50, high up to 75, critical above."""
    churn_probability: Probability
    """The score as a number from 0 to 1; a measured probability only if `is_calibrated`."""
    factors: list[RiskFactor]
    """What the score is made of."""
    previous_risk_score: Score | None
    """Score of the latest day scored before; null for the first."""
    score_change: Points | None
    """Points since then, -100 to 100; positive means more risk. Null for the first."""
    trend: RiskTrend | None
    """The change in a word; null for the first."""
    recommended_action: str
    """What the coach should do."""
    computed_at: Timestamp
    """When the score was computed."""
    valid_until: Timestamp
    """When it expires."""
    model_version: str
    """Version of the formulas."""
    is_calibrated: bool
    """Whether churn_probability was fitted to what clients really did."""
    as_of_date: Day
    """The day that the score speaks for."""
    top_factor: FactorType | None
    """The factor that contributes most; null when none does."""
    last_session_date: Day
    """Day of the client's last session up to as_of_date."""
    days_since_last_session: Count
    """Days from that session to as_of_date."""


class RiskScoreHistory(Answer):
    """An entry of the score's history."""

    computed_at: Timestamp
    """When it was computed."""
    as_of_date: Day
    """The day that it speaks for."""
    risk_score: Score
    """The score, 0 to 100."""
    risk_level: RiskLevel
    """Its level."""
    top_factor: FactorType | None
    """The factor that contributed most; null when none did."""


class RiskAlert(Answer):
    """Something that a coach should know of at once."""

    id: Identifier
    """Identity of the alert."""
    client_id: Identifier
    """Client whom it is about."""
    coach_id: Identifier
    """Coach whom it is for: the one who asks."""
    risk_score_id: Identifier | None
    """The score that the text speaks of."""
    alert_type: AlertType
    """What it is about."""
    severity: Severity
    """How urgent it is."""
    title: str
    """The alert in one line."""
    message: str
    """What was found and what to do."""
    status: AlertStatus
    """resolved (it is over), acknowledged (the coach has seen it), or pending."""
    acknowledged_at: Timestamp | None
    """When the coach acknowledged it as it is; null while it is pending."""
    acknowledged_notes: str | None
    """What the coach noted."""
    resolved_at: Timestamp | None
    """From when on it is over; null while it lasts."""
    created_at: Timestamp
    """Start of the day on which it opened."""


class AlertList(Answer):
    """A page of alerts, newest first."""

    alerts: list[RiskAlert]
    """The page."""
    total: Count
    """All alerts that match."""


class AcknowledgedAlert(RiskAlert):
    """The alert as it is now; the same object stands under `alert` as well."""

    alert: RiskAlert
    """The alert."""
