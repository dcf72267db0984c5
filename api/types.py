"""Field types shared by requests and responses, with their ranges."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def _require_iso_date(value: object) -> object:
    if isinstance(value, str) and not ISO_DATE.fullmatch(value):
        raise ValueError("should be a date, YYYY-MM-DD")
    return value


def _require_hyphenated_uuid(value: object) -> object:
    if isinstance(value, str) and not UUID_PATTERN.fullmatch(value):
        raise ValueError("should be a UUID: 32 hexadecimal digits in five groups with hyphens")
    return value


Percentage = Annotated[float, Field(ge=0, le=100)]
Score = Annotated[float, Field(ge=0, le=100)]
PercentagePoints = Annotated[float, Field(ge=-100, le=100)]
"""Difference of two percentages or scores."""
Sentiment = Annotated[float, Field(ge=-1, le=1)]
SentimentChange = Annotated[float, Field(ge=-2, le=2)]
Seconds = Annotated[float, Field(ge=0)]
Ratio = Annotated[float, Field(ge=0, le=99.999)]
Probability = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Timestamp = AwareDatetime
Date = date
Identifier = UUID

UuidParam = Annotated[UUID, BeforeValidator(_require_hyphenated_uuid)]
"""Pydantic would also accept braces, `urn:` and missing hyphens."""
DateParam = Annotated[date, BeforeValidator(_require_iso_date)]
"""Pydantic would also accept seconds since 1970."""


class RequestModel(BaseModel):
    """Base of request bodies. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)


class ResponseModel(BaseModel):
    """Base of responses. Every key is always present; an unknown value is null."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Window(StrEnum):
    """Window of client analytics, ending on the as-of date."""

    MONTH = "30d"
    QUARTER = "90d"
    ALL_TIME = "all_time"


class CueType(StrEnum):
    """Type of a language cue."""

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
    """Trend of engagement or sentiment."""

    IMPROVING = "improving"
    STABLE = "stable"
    DECLINING = "declining"


class FrequencyTrend(StrEnum):
    """Trend of the session frequency."""

    INCREASING = "increasing"
    STABLE = "stable"
    DECREASING = "decreasing"


class TalkRatioTrend(StrEnum):
    """Trend of the talk shares of coach and client."""

    COACH_INCREASING = "coach_increasing"
    BALANCED = "balanced"
    CLIENT_INCREASING = "client_increasing"


class RiskTrend(StrEnum):
    """Trend of the risk score."""

    IMPROVING = "improving"
    STABLE = "stable"
    WORSENING = "worsening"


class RiskLevel(StrEnum):
    """Risk level, in ascending order."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class FactorType(StrEnum):
    """Factor of the risk score."""

    SESSION_FREQUENCY = "session_frequency"
    ENGAGEMENT_TREND = "engagement_trend"
    SENTIMENT_TREND = "sentiment_trend"
    RESISTANCE_RATIO = "resistance_ratio"
    DAYS_SINCE_SESSION = "days_since_session"


class AlertType(StrEnum):
    """Type of an alert, named after its rule."""

    NEW_HIGH_RISK = "new_high_risk"
    RISK_INCREASED = "risk_increased"
    NO_SESSION_30D = "no_session_30d"


class Severity(StrEnum):
    """Alert severity, in ascending order."""

    WARNING = "warning"
    URGENT = "urgent"


class AlertStatus(StrEnum):
    """Alert status."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
