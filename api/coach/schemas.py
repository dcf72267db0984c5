"""Shapes of the coach's own pages (contract page, "Response shapes" and "Routes")."""

from api.types import (
    AlertType,
    Answer,
    Count,
    Day,
    FactorType,
    Identifier,
    Points,
    RiskLevel,
    RiskTrend,
    Score,
    Severity,
    Timestamp,
)


class RiskDistribution(Answer):
    """How many clients have an unexpired score of each level."""

    low: Count
    """Clients with a score up to 25."""
    medium: Count
    """Clients with a score up to 50."""
    high: Count
    """Clients with a score up to 75."""
    critical: Count
    """Clients with a score above 75."""


class CoachSummary(Answer):
    """The coach's practice as a whole."""

    total_clients: Count
    """Active clients with at least one session."""
    clients_at_risk: Count
    """Those of them whose unexpired risk level is high or critical."""
    average_engagement: Score | None
    """Mean of the clients' average engagement of the last 90 days, 0 to 100; null when none is known."""
    sessions_this_month: Count
    """Sessions in the calendar month of the latest computed day."""
    risk_distribution: RiskDistribution
    """Clients by risk level."""


class AtRiskClient(Answer):
    """A client who may be about to leave."""

    client_id: Identifier
    """The client."""
    risk_score: Score
    """The current score, 0 to 100."""
    risk_level: RiskLevel
    """Its level."""
    top_factor: FactorType | None
    """The factor that contributes most; null when none does."""
    trend: RiskTrend | None
    """Whether the risk grows; null for a first score."""
    score_change: Points | None
    """Points since the day scored before, -100 to 100; positive means more risk. Null for a first score."""
    recommended_action: str
    """What to do."""
    days_since_last_session: Count
    """Days since the last session."""
    last_session_date: Day
    """Day of the last session."""
    open_alerts: Count
    """Alerts about the client that are neither resolved nor muted."""
    as_of_date: Day
    """The day that the score speaks for."""


class AtRiskClients(Answer):
    """A page of clients at risk, the greatest risk first."""

    clients: list[AtRiskClient]
    """The page."""
    total: Count
    """All clients that match."""


class Threshold(Answer):
    """From where on a factor worries this coach."""

    warning: float
    """Where worry begins, in the factor's unit."""
    critical: float
    """Where it is as bad as it gets, in the factor's unit."""
    default_warning: float
    """What `warning` is for coaches who set nothing."""
    default_critical: float
    """What `critical` is for coaches who set nothing."""
    is_default: bool
    """Whether the coach has set nothing here."""


class Thresholds(Answer):
    """The coach's thresholds by risk factor."""

    engagement_trend: Threshold
    """Change of engagement within 90 days, in points; negative is a fall."""
    sentiment_trend: Threshold
    """Change of sentiment within 90 days, on a scale from -1 to 1; negative is a fall."""
    resistance_ratio: Threshold
    """Moments of resistance for each moment of commitment within 90 days."""
    days_since_session: Threshold
    """Days since the last session."""


class CoachSettings(Answer):
    """What the coach has set, with defaults for the rest. It takes effect with the next scoring."""

    thresholds: Thresholds
    """From where on each factor worries the coach."""
    muted_alert_types: list[AlertType]
    """Alerts of these types are recorded but not listed."""
    min_alert_severity: Severity
    """Alerts below this severity are recorded but not listed."""
    updated_at: Timestamp | None
    """When the coach last changed something; null if never."""
