"""Error responses: RFC 9457 problem details.

`detail` is a fixed text. Error responses never repeat request values or database messages.
"""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:coaching-analytics:problem:"
IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")

DETAILS = {
    404: "Not found.",
    405: "Method not allowed.",
    413: "The request body is too large.",
    422: "Request validation failed; see `errors`.",
    500: "Internal server error. Its log line has the id in the X-Correlation-ID header.",
    503: "The database is unavailable. Retry after the delay in the Retry-After header.",
}


class Problem(Exception):  # noqa: N818 - named after RFC 9457
    """An error response."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail or DETAILS.get(status, HTTPStatus(status).phrase)
        self.headers = dict(headers or {})
        self.errors = errors

    def response(self, path: str) -> Response:
        body = {
            "type": TYPE_PREFIX + _slug(self.status),
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance(path),
        }
        if self.errors:
            body["errors"] = list(self.errors)
        return Response(orjson.dumps(body), self.status, self.headers, MEDIA_TYPE)


def not_found() -> Problem:
    """The same response for a missing resource and for another coach's."""
    return Problem(404)


def unavailable(detail: str | None = None, retry_after_seconds: int = 5) -> Problem:
    return Problem(503, detail, headers={"Retry-After": str(retry_after_seconds)})


def instance(path: str) -> str:
    """Masks identifiers, so that 404 responses for a missing id and for another coach's id are identical."""
    return IDENTIFIER.sub(":id", path)


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class
    return error.response(request.url.path)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Handles errors raised by the framework: unknown path, wrong method, unreadable body."""
    assert isinstance(error, HTTPException)  # noqa: S101
    match error.status_code:
        case 400:
            invalid_json = {
                "location": ["body"],
                "message": "Body should be valid JSON",
                "code": "json_invalid",
            }
            problem = Problem(422, errors=[invalid_json])
        case 405:
            problem = Problem(405, headers={**(error.headers or {}), **_allow_header(request)})
        case status:
            problem = Problem(status, headers=error.headers)
    return problem.response(request.url.path)


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Reports the location and the rule of each validation error, without the value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [
        {"location": [str(part) for part in item["loc"]], "message": item["msg"], "code": item["type"]}
        for item in error.errors()
    ]
    return Problem(422, errors=errors).response(request.url.path)


def _allow_header(request: Request) -> dict[str, str]:
    """Lists all methods of a path; Starlette lists only those of the first route that matches."""
    template = getattr(request.scope.get("route"), "path", "")
    methods = sorted(method.upper() for method in request.app.openapi()["paths"].get(template, {}))
    return {"Allow": ", ".join(methods)} if methods else {}


def _slug(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "-")
