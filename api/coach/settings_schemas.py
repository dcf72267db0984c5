"""What a coach may set, within which bounds (contract page, "Routes")."""

from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.types import AlertType, Severity

FallInPoints = Annotated[float, Field(ge=-100, le=-0.01, strict=True)]
FallOfSentiment = Annotated[float, Field(ge=-2, le=-0.001, strict=True)]
ResistanceRatio = Annotated[float, Field(ge=0.001, le=99.999, strict=True)]
DaysOfSilence = Annotated[int, Field(ge=1, le=365, strict=True)]


class Given(BaseModel):
    """Base of what callers send: nothing unknown, so that a slip of the pen is noticed."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


class Pair(Given):
    """A factor's two thresholds, set together."""

    decimals: ClassVar[int] = 0
    is_worse_when_greater: ClassVar[bool] = True

    def rounded(self) -> tuple[Decimal, Decimal]:
        """Warning and critical as they are stored."""
        values = self.model_dump()
        places = Decimal(1).scaleb(-self.decimals)
        return (
            Decimal(str(values["warning"])).quantize(places),
            Decimal(str(values["critical"])).quantize(places),
        )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        warning, critical = self.rounded()
        if not (warning < critical if self.is_worse_when_greater else warning > critical):
            raise ValueError("warning must come before critical")
        return self


class EngagementThresholds(Pair):
    """Falls of engagement within 90 days; two decimals are kept."""

    decimals: ClassVar[int] = 2
    is_worse_when_greater: ClassVar[bool] = False
    warning: FallInPoints
    """Where worry begins, in points, -100 to -0.01, e.g. -10."""
    critical: FallInPoints
    """Where it is as bad as it gets, in points, below `warning`, e.g. -20."""


class SentimentThresholds(Pair):
    """Falls of sentiment within 90 days; three decimals are kept."""

    decimals: ClassVar[int] = 3
    is_worse_when_greater: ClassVar[bool] = False
    warning: FallOfSentiment
    """Where worry begins, on a scale from -1 to 1, -2 to -0.001, e.g. -0.2."""
    critical: FallOfSentiment
    """Where it is as bad as it gets, below `warning`, e.g. -0.4."""


class ResistanceThresholds(Pair):
    """Moments of resistance for each moment of commitment; three decimals are kept."""

    decimals: ClassVar[int] = 3
    warning: ResistanceRatio
    """Where worry begins, 0.001 to 99.999, e.g. 2."""
    critical: ResistanceRatio
    """Where it is as bad as it gets, above `warning`, e.g. 4."""


class DaysSinceSessionThresholds(Pair):
    """Days since the last session."""

    warning: DaysOfSilence
    """Where worry begins, 1 to 365 days, e.g. 14."""
    critical: DaysOfSilence
    """Where it is as bad as it gets, above `warning`, e.g. 30."""


class ThresholdsUpdate(Given):
    """Thresholds by risk factor; a factor that is null or left out has its default."""

    engagement_trend: EngagementThresholds | None = None
    """Falls of engagement."""
    sentiment_trend: SentimentThresholds | None = None
    """Falls of sentiment."""
    resistance_ratio: ResistanceThresholds | None = None
    """Resistance against commitment."""
    days_since_session: DaysSinceSessionThresholds | None = None
    """Silence."""


class CoachSettingsUpdate(Given):
    """All of the coach's settings; what is left out goes back to its default."""

    thresholds: ThresholdsUpdate = ThresholdsUpdate()
    """From where on each factor worries the coach."""
    muted_alert_types: list[AlertType] = Field(default=[], max_length=len(AlertType))
    """Types of alerts that are not listed."""
    min_alert_severity: Severity = Severity.WARNING
    """Alerts below this severity are not listed."""

    def parameters(self) -> dict[str, object]:
        """The settings under the names that the query has for them."""
        pairs: dict[str, object] = {}
        for factor in ThresholdsUpdate.model_fields:
            pair: Pair | None = getattr(self.thresholds, factor)
            warning, critical = pair.rounded() if pair else (None, None)
            pairs |= {f"{factor}_warning": warning, f"{factor}_critical": critical}
        muted = list(dict.fromkeys(kind.value for kind in self.muted_alert_types))
        return {**pairs, "muted_alert_types": muted, "min_alert_severity": self.min_alert_severity.value}
