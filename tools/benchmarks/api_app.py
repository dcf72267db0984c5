"""The API with a baseline route: same authentication, rate limits and logs, without a database query."""

from fastapi import APIRouter, Response

from api.application import create_app
from api.middleware.authentication import PREFIX
from api.settings import load_settings

router = APIRouter(prefix=f"{PREFIX}/baseline")
BODY = b'{"baseline": "' + b"x" * 1000 + b'"}'
"""As long as a typical response."""


@router.get("")
async def get_baseline() -> Response:
    return Response(BODY, media_type="application/json")


app = create_app(load_settings())
app.include_router(router)
