"""FastAPI dependency that runs a route's query for the authenticated coach."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from asgi_correlation_id import correlation_id
from fastapi import Depends, Request, Response

from api.db.client import Database, RequestContext
from api.db.queries import Query
from api.errors import not_found

QueryRunner = Callable[..., Awaitable[Response]]


async def get_query_runner(request: Request) -> QueryRunner:
    """Returns a function that responds with a query's result, or raises Problem (404).

    It is a coroutine although it awaits nothing: FastAPI runs plain functions in a thread.
    """
    database: Database = request.app.state.database
    coach_id = request.state.coach_id

    async def run_query(query: Query, status: int = 200, **parameters: Any) -> Response:
        route = f"{request.method} {request.scope['route'].path}"
        context = RequestContext(coach_id, route, status, correlation_id.get() or "")
        body = await database.run(query, context, parameters)
        if body is None:
            raise not_found()
        return Response(body, status, media_type="application/json")

    return run_query


RunQuery = Annotated[QueryRunner, Depends(get_query_runner)]
