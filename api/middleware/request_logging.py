"""Outermost middleware: log line and metrics per request, security headers, unhandled exceptions."""

import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import logs
from api.errors import Problem
from api.metrics import Metrics

log = structlog.get_logger("api")

DEFAULT_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]
"""Added to each response that does not set them itself."""
UNKNOWN_ROUTE = "(none)"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLoggingMiddleware:
    """Also forbids caching: responses hold client data."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                present = {name for name, _ in headers}
                headers.extend(header for header in DEFAULT_HEADERS if header[0] not in present)
            await send(message)

        self.metrics.in_flight.inc()
        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            log.error("unhandled exception", error=type(error).__name__, stack=logs.stack(error))
            if status:
                raise
            await Problem(500).response(scope["path"])(scope, receive, send_with_headers)
        finally:
            self.metrics.in_flight.dec()
            self._record(scope, status or 500, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_template(scope)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        fields: dict[str, Any] = {
            "method": method,
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 2),
        }
        if coach := scope.get("state", {}).get("coach_id"):
            fields["coach_id"] = str(coach)
        log.info("request", **fields)


def route_template(scope: Scope) -> str:
    """The path with parameter names: the requested path may hold identifiers or personal data."""
    return getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
