"""GET /risk/alerts and the acknowledgement of one."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.db.queries import load
from api.dependencies import Ask
from api.middleware.authentication import PREFIX
from api.pagination import Limit50, Offset
from api.risk.schemas import AcknowledgedAlert, AlertList
from api.types import AlertStatus, Severity, UuidParam

router = APIRouter(prefix=f"{PREFIX}/risk", tags=["risk"])
ALERTS = load(__package__, "alerts")
ACKNOWLEDGED = load(__package__, "alert", after=("acknowledge",))

AlertId = Annotated[UuidParam, Path(description="The alert.")]


class StatusFilter(StrEnum):
    """Where the alerts that are asked for stand."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    ALL = "all"


class SeverityFilter(StrEnum):
    """How urgent the alerts that are asked for are."""

    WARNING = "warning"
    URGENT = "urgent"
    ALL = "all"


class Acknowledgement(BaseModel):
    """What the coach has to say about the alert."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    notes: str | None = Field(default=None, max_length=1000, pattern=r"^[^\x00]*$")
    """A note, at most 1000 characters; left out or null keeps an earlier one."""


@router.get("/alerts", response_model=AlertList, summary="Alerts", operation_id="get_alerts")
async def get_alerts(
    ask: Ask,
    status: Annotated[StatusFilter, Query(description="Where the alerts stand.")] = StatusFilter.PENDING,
    severity: Annotated[SeverityFilter, Query(description="How urgent they are.")] = SeverityFilter.ALL,
    limit: Limit50 = 50,
    offset: Offset = 0,
) -> Response:
    """The coach's alerts, newest first, without those that the coach's settings mute."""
    statuses = [s.value for s in AlertStatus] if status is StatusFilter.ALL else [status.value]
    severities = [s.value for s in Severity] if severity is SeverityFilter.ALL else [severity.value]
    return await ask(ALERTS, statuses=statuses, severities=severities, limit=limit, offset=offset)


@router.post(
    "/alerts/{alert_id}/acknowledge",
    response_model=AcknowledgedAlert,
    summary="Acknowledge an alert",
    operation_id="acknowledge_alert",
)
@router.post(
    "/acknowledge/{alert_id}",
    response_model=AcknowledgedAlert,
    summary="Acknowledge an alert (other address)",
    operation_id="acknowledge_alert_alias",
)
async def acknowledge(
    ask: Ask, alert_id: AlertId, acknowledgement: Annotated[Acknowledgement | None, Body()] = None
) -> Response:
    """Say that the alert was seen. Said again, it keeps the first time, and notes unless new ones come."""
    notes = acknowledgement.notes if acknowledgement else None
    return await ask(ACKNOWLEDGED, alert_id=alert_id, notes=notes)
