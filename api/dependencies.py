"""How a route asks the database: it knows the coach, the route's name and the request's mark."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from asgi_correlation_id import correlation_id
from fastapi import Depends, Request, Response

from api.db.client import Asked, Database
from api.db.queries import Query
from api.errors import not_found

MEDIA_TYPE = "application/json"
QueryRunner = Callable[..., Awaitable[Response]]


async def get_query_runner(request: Request) -> QueryRunner:
    """A function that answers `query` for the coach of this request, or with 404 for "not there".

    A coroutine although it waits for nothing: the framework would run a plain function in a thread.
    """
    database: Database = request.app.state.database
    coach_id = request.state.coach_id

    async def ask(query: Query, status: int = 200, **parameters: Any) -> Response:
        route = f"{request.method} {request.scope['route'].path}"
        asked = Asked(coach_id, route, status, correlation_id.get() or "")
        body = await database.ask(query, asked, parameters)
        if body is None:
            raise not_found()
        return Response(body, status, media_type=MEDIA_TYPE)

    return ask


Ask = Annotated[QueryRunner, Depends(get_query_runner)]
