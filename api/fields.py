"""Kinds of fields that several answers share: unit and range, once."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Percentage = Annotated[float, Field(ge=0, le=100)]
Points = Annotated[float, Field(ge=-100, le=100)]
Score = Annotated[float, Field(ge=0, le=100)]
Sentiment = Annotated[float, Field(ge=-1, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Ratio = Annotated[float, Field(ge=0, le=99.999)]
Probability = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Moment = AwareDatetime
Day = date
Identifier = UUID


class Answer(BaseModel):
    """Base of every answer: each key is always present, unknown is null."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


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
