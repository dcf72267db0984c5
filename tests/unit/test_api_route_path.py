"""route_path and the router agree, so that no request reaches a protected route without authentication."""

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from api.middleware.authentication import PREFIX, requires_auth
from api.middleware.route_path import route_path


async def endpoint(_request: Request) -> Response:
    return Response()


@pytest.mark.parametrize(
    ("root_path", "path", "expected"),
    [
        ("", PREFIX, PREFIX),
        ("", f"{PREFIX}/x", f"{PREFIX}/x"),
        ("/proxy", f"/proxy{PREFIX}/x", f"{PREFIX}/x"),
        ("/proxy", f"{PREFIX}/x", f"{PREFIX}/x"),
        ("/proxy", f"/proxyx{PREFIX}/x", f"/proxyx{PREFIX}/x"),
        ("/proxy", "/proxy", ""),
        ("/proxy/", f"/proxy{PREFIX}/x", f"/proxy{PREFIX}/x"),
        ("/api", f"/api{PREFIX}/x", f"{PREFIX}/x"),
        ("/api", f"{PREFIX}/x", "/v1/analytics/x"),
    ],
)
def test_route_path__equals_the_path_that_the_router_matches(
    root_path: str, path: str, expected: str
) -> None:
    scope: Scope = {"type": "http", "method": "GET", "path": path, "root_path": root_path}
    assert route_path(scope) == expected
    match, _ = Route(PREFIX + "/{rest:path}", endpoint).matches(scope)
    assert (match is Match.FULL) == expected.startswith(PREFIX + "/")


@pytest.mark.parametrize(
    ("path", "expected"),
    [(PREFIX, True), (f"{PREFIX}/", True), (f"{PREFIX}/x", True), (f"{PREFIX}x", False), ("/docs", False)],
)
def test_requires_auth__covers_the_prefix(path: str, expected: bool) -> None:
    assert requires_auth(path) is expected
