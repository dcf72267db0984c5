"""Whether the process lives, and whether it can answer. Needs no credentials, tells nothing of anybody."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import Field

from api.db.client import Database
from api.errors import unavailable
from api.metrics import Metrics
from api.types import Answer, Timestamp

router = APIRouter(tags=["operations"])


class Liveness(Answer):
    """The process answers."""

    status: str = Field(examples=["alive"])
    """Always `alive`."""


@router.get("/health/live", summary="Is the process alive?", operation_id="get_health_live")
async def live() -> Liveness:
    """Answers as long as the process does; looks at nothing else."""
    return Liveness(status="alive")


class Freshness(Answer):
    """How fresh one mart is."""

    mart: str
    """Name of the mart."""
    computed_at: Timestamp | None
    """When its newest row was computed; null while it has no rows."""


class Readiness(Answer):
    """Everything that answering needs is there."""

    status: str = Field(examples=["ready"])
    """Always `ready`; what isn't answers 503."""
    database: str = Field(examples=["ok"])
    """The database answers, and row-level security binds this service's log-in."""
    migrations: str = Field(examples=["ok"])
    """The database has every migration that this version of the service knows."""
    marts: list[Freshness]
    """How fresh the marts are. An old mart doesn't make the service unready: it still answers."""


@router.get("/health/ready", summary="Can the service answer?", operation_id="get_health_ready")
async def ready(request: Request) -> Readiness:
    """Looks at the database, its migrations and its marts; 503 with the reason when one is missing."""
    database: Database = request.app.state.database
    missing = await database.missing_migrations()
    if missing:
        raise unavailable(
            f"The database lacks {missing} of this version's migrations: run `warehouse migrate`."
        )
    marts = [Freshness(mart=mart, computed_at=moment) for mart, moment in await database.freshness()]
    return Readiness(status="ready", database="ok", migrations="ok", marts=marts)


@router.get(
    "/metrics", summary="Figures for Prometheus", operation_id="get_metrics", response_class=PlainTextResponse
)
async def figures(request: Request) -> Response:
    """Counts and times of requests by route."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)
