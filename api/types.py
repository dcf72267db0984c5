"""Kinds of fields that several answers share: unit and range, once."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def _only_iso(given: object) -> object:
    if isinstance(given, str) and not ISO_DAY.fullmatch(given):
        raise ValueError("should be a date, YYYY-MM-DD")
    return given


def _only_hyphenated(given: object) -> object:
    if isinstance(given, str) and not UUID_PATTERN.fullmatch(given):
        raise ValueError("should be a UUID: 32 hexadecimal digits in five groups with hyphens")
    return given


Percentage = Annotated[float, Field(ge=0, le=100)]
Points = Annotated[float, Field(ge=-100, le=100)]
Score = Annotated[float, Field(ge=0, le=100)]
Sentiment = Annotated[float, Field(ge=-1, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Ratio = Annotated[float, Field(ge=0, le=99.999)]
Probability = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Timestamp = AwareDatetime
Day = date
Identifier = UUID

UuidParam = Annotated[UUID, BeforeValidator(_only_hyphenated)]
"""An id as a parameter: not the other spellings that a parser would take too (braces, no hyphens)."""
DateParam = Annotated[date, BeforeValidator(_only_iso)]
"""A date as a parameter: YYYY-MM-DD, and not the seconds since 1970 that a parser would take too."""
Change = Annotated[float, Field(ge=-2, le=2)]
"""Difference of two sentiments."""


class Answer(BaseModel):
    """Base of every answer: each key is always present, unknown is null."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class Window(StrEnum):
    """The days that client analytics look back, ending with the computed day."""

    MONTH = "30d"
    QUARTER = "90d"
    ALL_TIME = "all_time"


class CueType(StrEnum):
    """What a client's words give away (specification, "CueType")."""

    RESISTANCE = "resistance"
    COMMITMENT = "commitment"
    BREAKTHROUGH = "breakthrough"
    CONCERN = "concern"
    DEFLECTION = "deflection"
    ENTHUSIASM = "enthusiasm"
    DOUBT = "doubt"
    AGREEMENT = "agreement"
    GOAL_SETTING = "goal_setting"


class Trend(StrEnum):
    """Where engagement or sentiment goes."""

    IMPROVING = "improving"
    STABLE = "stable"
    DECLINING = "declining"


class FrequencyTrend(StrEnum):
    """Whether sessions become more frequent."""

    INCREASING = "increasing"
    STABLE = "stable"
    DECREASING = "decreasing"


class TalkRatioTrend(StrEnum):
    """Whose share of the talk grows."""

    COACH_INCREASING = "coach_increasing"
    BALANCED = "balanced"
    CLIENT_INCREASING = "client_increasing"


class RiskTrend(StrEnum):
    """Where the risk goes."""

    IMPROVING = "improving"
    STABLE = "stable"
    WORSENING = "worsening"


class RiskLevel(StrEnum):
    """How great the risk is, in words, the smallest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class FactorType(StrEnum):
    """What a risk score is made of."""

    SESSION_FREQUENCY = "session_frequency"
    ENGAGEMENT_TREND = "engagement_trend"
    SENTIMENT_TREND = "sentiment_trend"
    RESISTANCE_RATIO = "resistance_ratio"
    DAYS_SINCE_SESSION = "days_since_session"


class AlertType(StrEnum):
    """What an alert is about."""

    NEW_HIGH_RISK = "new_high_risk"
    RISK_INCREASED = "risk_increased"
    NO_SESSION_30D = "no_session_30d"


class Severity(StrEnum):
    """How urgent an alert is, the least first."""

    WARNING = "warning"
    URGENT = "urgent"


class AlertStatus(StrEnum):
    """Where an alert stands."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
