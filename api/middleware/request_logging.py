"""The outermost layer: a log line and a measurement per request, safe headers, no error without a shape."""

import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import logs
from api.errors import Problem
from api.metrics import Metrics

log = structlog.get_logger("api")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'"
RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
UNKNOWN_ROUTE = "(none)"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLoggingMiddleware:
    """Wraps the whole application. Client data may not be kept by any cache on the way."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
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
                headers.extend(pair for pair in RAW_HEADERS if pair[0] not in present)
                if b"content-security-policy" not in present:
                    headers.append((b"content-security-policy", CLOSED_POLICY.encode()))
                if b"cache-control" not in present:
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        self.metrics.in_flight.inc()
        try:
            await self.app(scope, receive, send_with_headers)
        except Exception as error:
            log.error("unhandled", error=type(error).__name__, where=logs.where(error))
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
    """The route's path with its parameters' names: what was really asked for may hold anything."""
    return getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
