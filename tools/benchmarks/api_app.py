"""The service with one more route: the same credentials, limits and logs, but no database. A baseline."""

from fastapi import APIRouter, Response

from api.application import create_app
from api.middleware.authentication import PREFIX
from api.settings import load_settings

router = APIRouter(prefix=f"{PREFIX}/nothing")
ANSWER = b'{"nothing": "' + b"x" * 1000 + b'"}'
"""As long as an ordinary answer."""


@router.get("")
async def get_nothing() -> Response:
    """Answer without asking anybody."""
    return Response(ANSWER, media_type="application/json")


app = create_app(load_settings())
app.include_router(router)
