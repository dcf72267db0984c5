"""The page's way to the routes: the key of a calling back end is added here, and so never reaches a browser.

A request for /dashboard/api/… becomes the same request for /api/v1/analytics/…, in this process, and goes
through the gate like any other: limits, token and audit are untouched (docs/adr/0080).
"""

import re

from starlette._utils import get_route_path
from starlette.types import ASGIApp, Receive, Scope, Send

from api.dashboard.routes import PREFIX as PAGE
from api.errors import Problem
from api.middleware.authentication import PREFIX

PROXY_PREFIX = f"{PAGE}/api"
ACKNOWLEDGEMENT = re.compile(r"/risk/alerts/[0-9a-f-]{36}/acknowledge")
SAME_SITE = (b"same-origin", b"none")
"""What a browser says of a request that the page itself made, or a person by hand."""


class DashboardProxyMiddleware:
    """Stands before the gate. Lets through what the page needs, and nothing that it doesn't."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self.app = app
        self._key = (b"x-api-key", api_key.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Turn one request of the page into one that the gate knows, or pass on what isn't the page's."""
        path = get_route_path(scope) if scope["type"] == "http" else ""
        if not path.startswith(PROXY_PREFIX + "/"):
            await self.app(scope, receive, send)
            return
        wanted = path.removeprefix(PROXY_PREFIX)
        if not _is_of_the_page(scope) or not _is_needed(scope["method"], wanted):
            await Problem(404).response(path)(scope, receive, send)
            return
        root = scope.get("root_path", "")
        # Changed in place: the outer layers read the route and the coach from this very object.
        scope["path"] = root + PREFIX + wanted
        scope["raw_path"] = scope["path"].encode()
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != self._key[0]] + [self._key]
        await self.app(scope, receive, send)


def _is_of_the_page(scope: Scope) -> bool:
    """Whether the browser, if it says so at all, says that our own page is asking."""
    return all(value in SAME_SITE for name, value in scope["headers"] if name == b"sec-fetch-site")


def _is_needed(method: str, path: str) -> bool:
    return method == "GET" or (method == "POST" and ACKNOWLEDGEMENT.fullmatch(path) is not None)
