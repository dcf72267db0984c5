"""Client routes."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.clients.schemas import ClientRisk, ClientSummary, ClientTrends, SessionList
from api.db.queries import load
from api.dependencies import RunQuery
from api.errors import Problem
from api.middleware.authentication import PREFIX
from api.pagination import Limit20, Offset
from api.types import DateParam, UuidParam, Window

router = APIRouter(prefix=f"{PREFIX}/clients/{{client_id}}", tags=["clients"])
SUMMARY = load(__package__, "summary")
SESSIONS = load(__package__, "sessions")
RISK = load(__package__, "risk")
TRENDS = load(__package__, "trends")
METRICS = ("engagement", "sentiment", "talk_ratio")
MAX_HISTORY_LIMIT = 400

ClientId = Annotated[UuidParam, Path(description="Id of an active client of the coach.")]
WindowParameter = Annotated[Window, Query(description="Window of the analytics, 90d by default.")]
MetricNames = Annotated[
    str, Field(pattern=f"^({'|'.join(METRICS)})(,({'|'.join(METRICS)}))*$", examples=["engagement,sentiment"])
]


@router.get(
    "/summary",
    response_model=ClientSummary,
    summary="Get a client's summary",
    operation_id="get_client_summary",
)
async def get_summary(
    run_query: RunQuery, client_id: ClientId, window: WindowParameter = Window.QUARTER
) -> Response:
    """Analytics of the client in a window, and the current risk level."""
    return await run_query(SUMMARY, client_id=client_id, window=window.value)


@router.get(
    "/sessions",
    response_model=SessionList,
    summary="List a client's sessions",
    operation_id="get_client_sessions",
)
async def get_sessions(
    *,
    run_query: RunQuery,
    client_id: ClientId,
    limit: Limit20 = 20,
    offset: Offset = 0,
    from_date: Annotated[DateParam | None, Query(description="First date, inclusive.")] = None,
    to_date: Annotated[DateParam | None, Query(description="Last date, inclusive.")] = None,
) -> Response:
    """The client's sessions, newest first."""
    if from_date and to_date and from_date > to_date:
        message = "Input should not be after to_date"
        raise Problem(
            422, errors=[{"location": ["query", "from_date"], "message": message, "code": "date_order"}]
        )
    return await run_query(
        SESSIONS, client_id=client_id, limit=limit, offset=offset, from_date=from_date, to_date=to_date
    )


@router.get("/risk", response_model=ClientRisk, summary="Get a client's risk", operation_id="get_client_risk")
async def get_risk(
    run_query: RunQuery,
    client_id: ClientId,
    history_limit: Annotated[
        int, Query(ge=1, le=MAX_HISTORY_LIMIT, description="Maximum number of scores in `history`.")
    ] = 5,
) -> Response:
    """The latest risk score with its factors, the score history, and open alerts."""
    return await run_query(RISK, client_id=client_id, history_limit=history_limit)


@router.get(
    "/trends", response_model=ClientTrends, summary="Get a client's trends", operation_id="get_client_trends"
)
async def get_trends(
    run_query: RunQuery,
    client_id: ClientId,
    metrics: Annotated[
        list[MetricNames] | None,
        Query(description="engagement, sentiment, talk_ratio: repeated or comma-separated; all by default."),
    ] = None,
    window: WindowParameter = Window.QUARTER,
) -> Response:
    """Trends of metrics in a window, with the value of each session."""
    names = [name for value in metrics or METRICS for name in value.split(",")]
    return await run_query(
        TRENDS, client_id=client_id, metrics=list(dict.fromkeys(names)), window=window.value
    )
