"""Request body of the coach's settings, with the allowed ranges."""

from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from api.types import AlertType, RequestModel, Severity

EngagementDecline = Annotated[float, Field(ge=-100, le=-0.01, strict=True)]
SentimentDecline = Annotated[float, Field(ge=-2, le=-0.001, strict=True)]
ResistanceRatio = Annotated[float, Field(ge=0.001, le=99.999, strict=True)]
DaysSinceSession = Annotated[int, Field(ge=1, le=365, strict=True)]


class ThresholdPair(RequestModel):
    """The two thresholds of a risk factor."""

    decimals: ClassVar[int] = 0
    higher_is_worse: ClassVar[bool] = True

    def rounded(self) -> tuple[Decimal, Decimal]:
        """Returns warning and critical as they are stored."""
        values = self.model_dump()
        places = Decimal(1).scaleb(-self.decimals)
        return (
            Decimal(str(values["warning"])).quantize(places),
            Decimal(str(values["critical"])).quantize(places),
        )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        warning, critical = self.rounded()
        if not (warning < critical if self.higher_is_worse else warning > critical):
            raise ValueError("warning must come before critical")
        return self


class EngagementThresholds(ThresholdPair):
    """Thresholds of the engagement decline within 90 days; rounded to two decimals."""

    decimals: ClassVar[int] = 2
    higher_is_worse: ClassVar[bool] = False
    warning: EngagementDecline
    """Warning threshold in points, -100 to -0.01, e.g. -10."""
    critical: EngagementDecline
    """Critical threshold in points, below `warning`, e.g. -20."""


class SentimentThresholds(ThresholdPair):
    """Thresholds of the sentiment decline within 90 days; rounded to three decimals."""

    decimals: ClassVar[int] = 3
    higher_is_worse: ClassVar[bool] = False
    warning: SentimentDecline
    """Warning threshold, -2 to -0.001, e.g. -0.2. Sentiment itself ranges from -1 to 1."""
    critical: SentimentDecline
    """Critical threshold, below `warning`, e.g. -0.4."""


class ResistanceThresholds(ThresholdPair):
    """Thresholds of the resistance cues per commitment cue; rounded to three decimals."""

    decimals: ClassVar[int] = 3
    warning: ResistanceRatio
    """Warning threshold, 0.001 to 99.999, e.g. 2."""
    critical: ResistanceRatio
    """Critical threshold, above `warning`, e.g. 4."""


class DaysSinceSessionThresholds(ThresholdPair):
    """Thresholds of the days since the last session."""

    warning: DaysSinceSession
    """Warning threshold, 1 to 365 days, e.g. 14."""
    critical: DaysSinceSession
    """Critical threshold, above `warning`, e.g. 30."""


class ThresholdsUpdate(RequestModel):
    """Thresholds by risk factor; a factor that is null or omitted is reset to its default."""

    engagement_trend: EngagementThresholds | None = None
    """Decline of engagement."""
    sentiment_trend: SentimentThresholds | None = None
    """Decline of sentiment."""
    resistance_ratio: ResistanceThresholds | None = None
    """Ratio of resistance to commitment."""
    days_since_session: DaysSinceSessionThresholds | None = None
    """Days since the last session."""


class CoachSettingsUpdate(RequestModel):
    """All settings of the coach; omitted ones are reset to their defaults."""

    thresholds: ThresholdsUpdate = ThresholdsUpdate()
    """Thresholds by risk factor."""
    muted_alert_types: list[AlertType] = Field(default=[], max_length=len(AlertType))
    """Alerts of these types are not listed."""
    min_alert_severity: Severity = Severity.WARNING
    """Alerts below this severity are not listed."""
    least_alert_severity: Severity = Field(default=Severity.WARNING, json_schema_extra={"deprecated": True})
    """Deprecated name of `min_alert_severity`, which must be equal if given. Removed in the next version."""

    @model_validator(mode="after")
    def _one_severity(self) -> Self:
        if "least_alert_severity" in self.model_fields_set:
            if "min_alert_severity" not in self.model_fields_set:
                self.min_alert_severity = self.least_alert_severity
            elif self.min_alert_severity != self.least_alert_severity:
                raise ValueError("least_alert_severity and min_alert_severity must be equal")
        return self

    def query_parameters(self) -> dict[str, object]:
        """Returns the settings by the parameter names of put_settings.sql."""
        thresholds: dict[str, object] = {}
        for factor in ThresholdsUpdate.model_fields:
            pair: ThresholdPair | None = getattr(self.thresholds, factor)
            warning, critical = pair.rounded() if pair else (None, None)
            thresholds |= {f"{factor}_warning": warning, f"{factor}_critical": critical}
        muted = list(dict.fromkeys(kind.value for kind in self.muted_alert_types))
        return {**thresholds, "muted_alert_types": muted, "min_alert_severity": self.min_alert_severity.value}
