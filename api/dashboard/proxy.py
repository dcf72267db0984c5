"""Proxies the dashboard's requests to the API and adds the API key, which never reaches a browser.

/dashboard/api/… is rewritten to /api/v1/analytics/… in this process. Authentication, rate limits and the
audit log apply as usual. See docs/decisions/0026-dashboard-proxy.md.
"""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from api.dashboard.routes import PREFIX as DASHBOARD_PREFIX
from api.errors import Problem
from api.middleware.authentication import PREFIX
from api.middleware.route_path import route_path

PROXY_PREFIX = f"{DASHBOARD_PREFIX}/api"
ACKNOWLEDGEMENT = re.compile(r"/risk/alerts/[0-9a-f-]{36}/acknowledge")
ALLOWED_FETCH_SITES = (b"same-origin", b"none")
"""Values of Sec-Fetch-Site for requests by the dashboard itself, and for typed URLs."""


class DashboardProxyMiddleware:
    """Runs before AuthenticationMiddleware. Allows only the routes that the dashboard uses."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self.app = app
        self._key = (b"x-api-key", api_key.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = route_path(scope) if scope["type"] == "http" else ""
        if not path.startswith(PROXY_PREFIX + "/"):
            await self.app(scope, receive, send)
            return
        api_path = path.removeprefix(PROXY_PREFIX)
        if not _is_same_site(scope) or not _is_allowed(scope["method"], api_path):
            await Problem(404).response(path)(scope, receive, send)
            return
        root = scope.get("root_path", "")
        # Changed in place: outer middlewares read the route and the coach from this object.
        scope["path"] = root + PREFIX + api_path
        scope["raw_path"] = scope["path"].encode()
        scope["headers"] = [header for header in scope["headers"] if header[0] != self._key[0]] + [self._key]
        await self.app(scope, receive, send)


def _is_same_site(scope: Scope) -> bool:
    """Clients other than browsers send no Sec-Fetch-Site; they need a token anyway."""
    return all(value in ALLOWED_FETCH_SITES for name, value in scope["headers"] if name == b"sec-fetch-site")


def _is_allowed(method: str, path: str) -> bool:
    return method == "GET" or (method == "POST" and ACKNOWLEDGEMENT.fullmatch(path) is not None)
