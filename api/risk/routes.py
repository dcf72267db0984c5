"""Alert routes."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import Field

from api.db.queries import load
from api.dependencies import RunQuery
from api.middleware.authentication import PREFIX
from api.pagination import Limit50, Offset
from api.risk.schemas import AcknowledgedAlert, AlertList
from api.types import AlertStatus, RequestModel, Severity, UuidParam

router = APIRouter(prefix=f"{PREFIX}/risk", tags=["risk"])
ALERTS = load(__package__, "alerts")
ACKNOWLEDGE = load(__package__, "alert", after=("acknowledge",))

AlertId = Annotated[UuidParam, Path(description="Id of the alert.")]


class StatusFilter(StrEnum):
    """Filter by alert status."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    ALL = "all"


class SeverityFilter(StrEnum):
    """Filter by alert severity."""

    WARNING = "warning"
    URGENT = "urgent"
    ALL = "all"


class Acknowledgement(RequestModel):
    """Acknowledgement of an alert."""

    notes: str | None = Field(default=None, max_length=1000, pattern=r"^[^\x00]*$")
    """Notes, at most 1000 characters. If omitted or null, earlier notes are kept."""


@router.get("/alerts", response_model=AlertList, summary="List alerts", operation_id="get_alerts")
async def get_alerts(
    run_query: RunQuery,
    status: Annotated[
        StatusFilter, Query(description="Alert status, pending by default.")
    ] = StatusFilter.PENDING,
    severity: Annotated[
        SeverityFilter, Query(description="Alert severity, all by default.")
    ] = SeverityFilter.ALL,
    limit: Limit50 = 50,
    offset: Offset = 0,
) -> Response:
    """The coach's alerts that are not muted, newest first."""
    statuses = [s.value for s in AlertStatus] if status is StatusFilter.ALL else [status.value]
    severities = [s.value for s in Severity] if severity is SeverityFilter.ALL else [severity.value]
    return await run_query(ALERTS, statuses=statuses, severities=severities, limit=limit, offset=offset)


@router.post(
    "/alerts/{alert_id}/acknowledge",
    response_model=AcknowledgedAlert,
    summary="Acknowledge an alert",
    operation_id="acknowledge_alert",
)
@router.post(
    "/acknowledge/{alert_id}",
    response_model=AcknowledgedAlert,
    summary="Acknowledge an alert (alternative path)",
    operation_id="acknowledge_alert_alias",
)
async def acknowledge(
    run_query: RunQuery, alert_id: AlertId, acknowledgement: Annotated[Acknowledgement | None, Body()] = None
) -> Response:
    """Acknowledges an alert. A repeated request keeps the first timestamp; new notes replace earlier ones."""
    notes = acknowledgement.notes if acknowledgement else None
    return await run_query(ACKNOWLEDGE, alert_id=alert_id, notes=notes)
