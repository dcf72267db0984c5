"""Liveness, readiness and metrics. These routes need no credentials and hold no personal data."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import Field

from api.db.client import Database
from api.errors import unavailable
from api.metrics import Metrics
from api.types import ResponseModel, Timestamp

router = APIRouter(tags=["operations"])


class Liveness(ResponseModel):
    """The process is running."""

    status: str = Field(examples=["alive"])
    """Always `alive`."""


@router.get("/health/live", summary="Liveness", operation_id="get_health_live")
async def live() -> Liveness:
    """Responds while the process is running. Checks nothing else."""
    return Liveness(status="alive")


class Freshness(ResponseModel):
    """Freshness of one mart."""

    mart: str
    """Name of the mart."""
    computed_at: Timestamp | None
    """Time its newest row was computed; null while it is empty."""


class Readiness(ResponseModel):
    """All dependencies are available."""

    status: str = Field(examples=["ready"])
    """Always `ready`; otherwise the response is 503."""
    database: str = Field(examples=["ok"])
    """Always `ok`: the database is reachable and row-level security applies to the login role."""
    migrations: str = Field(examples=["ok"])
    """Always `ok`: every migration of this version is applied."""
    marts: list[Freshness]
    """Freshness of the marts. Old marts do not make the service unready."""


@router.get("/health/ready", summary="Readiness", operation_id="get_health_ready")
async def ready(request: Request) -> Readiness:
    """Checks the database, its migrations and its marts. Responds 503 with the reason if one is missing."""
    database: Database = request.app.state.database
    missing = await database.missing_migrations()
    if missing:
        raise unavailable(f"{missing} migrations of this version are not applied. Run `warehouse migrate`.")
    marts = [
        Freshness(mart=mart, computed_at=computed_at) for mart, computed_at in await database.freshness()
    ]
    return Readiness(status="ready", database="ok", migrations="ok", marts=marts)


@router.get(
    "/metrics", summary="Prometheus metrics", operation_id="get_metrics", response_class=PlainTextResponse
)
async def get_metrics(request: Request) -> Response:
    """Request counts and durations by route, in the Prometheus text format."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)
