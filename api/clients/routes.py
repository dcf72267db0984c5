"""GET /clients/{client_id}/…: one client."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.clients.schemas import ClientRisk, ClientSummary, ClientTrends, SessionList
from api.db.queries import load
from api.dependencies import Ask
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
MAX_HISTORY = 400

ClientId = Annotated[UuidParam, Path(description="One of the coach's active clients.")]
WindowParameter = Annotated[Window, Query(description="Days that are looked back, 90d by default.")]
MetricNames = Annotated[
    str, Field(pattern=f"^({'|'.join(METRICS)})(,({'|'.join(METRICS)}))*$", examples=["engagement,sentiment"])
]


@router.get("/summary", response_model=ClientSummary, summary="A client", operation_id="get_client_summary")
async def get_summary(ask: Ask, client_id: ClientId, window: WindowParameter = Window.QUARTER) -> Response:
    """The client's numbers in a window, and where the risk stands."""
    return await ask(SUMMARY, client_id=client_id, window=window.value)


@router.get(
    "/sessions", response_model=SessionList, summary="A client's sessions", operation_id="get_client_sessions"
)
async def get_sessions(
    *,
    ask: Ask,
    client_id: ClientId,
    limit: Limit20 = 20,
    offset: Offset = 0,
    from_date: Annotated[DateParam | None, Query(description="First day, included.")] = None,
    to_date: Annotated[DateParam | None, Query(description="Last day, included.")] = None,
) -> Response:
    """The client's sessions, newest first."""
    if from_date and to_date and from_date > to_date:
        message = "Input should not be after to_date"
        raise Problem(
            422, errors=[{"location": ["query", "from_date"], "message": message, "code": "date_order"}]
        )
    return await ask(
        SESSIONS, client_id=client_id, limit=limit, offset=offset, from_date=from_date, to_date=to_date
    )


@router.get("/risk", response_model=ClientRisk, summary="A client's risk", operation_id="get_client_risk")
async def get_risk(
    ask: Ask,
    client_id: ClientId,
    history_limit: Annotated[int, Query(ge=1, le=MAX_HISTORY, description="Most scores in `history`.")] = 5,
) -> Response:
    """The current risk score with its factors, earlier scores, and open alerts."""
    return await ask(RISK, client_id=client_id, history_limit=history_limit)


@router.get(
    "/trends", response_model=ClientTrends, summary="A client's trends", operation_id="get_client_trends"
)
async def get_trends(
    ask: Ask,
    client_id: ClientId,
    metrics: Annotated[
        list[MetricNames] | None,
        Query(description="engagement, sentiment, talk_ratio: repeated or with commas; all by default."),
    ] = None,
    window: WindowParameter = Window.QUARTER,
) -> Response:
    """How metrics moved in a window, value by value."""
    names = [name for given in metrics or METRICS for name in given.split(",")]
    return await ask(TRENDS, client_id=client_id, metrics=list(dict.fromkeys(names)), window=window.value)
