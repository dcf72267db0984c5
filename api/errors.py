"""One shape for every error: RFC 9457 problem details (contract page, "Access").

`detail` is a plain sentence of our own. What the client sent, and what the database said, is never repeated.
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
    404: "There is nothing here that is yours.",
    405: "This address does not take that method.",
    413: "The request body is too large.",
    422: "Something in the request is not as it has to be; `errors` says what.",
    500: "Something went wrong on our side. The correlation id helps to find out what.",
    503: "The database is not available right now. Try again in a moment.",
}


class Problem(Exception):  # noqa: N818 - it is the name that RFC 9457 gives it
    """An answer other than success, raised anywhere below the routes."""

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
        """The answer to a request for `path`."""
        body = {
            "type": TYPE_PREFIX + _slug(self.status),
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance_of(path),
        }
        if self.errors:
            body["errors"] = list(self.errors)
        return Response(orjson.dumps(body), self.status, self.headers, MEDIA_TYPE)


def not_found() -> Problem:
    """The one answer for what is not there and for what is somebody else's."""
    return Problem(404)


def unavailable(detail: str | None = None, retry_after_seconds: int = 5) -> Problem:
    """What we rest on is away; coming back later may help."""
    return Problem(503, detail, headers={"Retry-After": str(retry_after_seconds)})


def instance_of(path: str) -> str:
    """The path with identifiers left out: errors about a missing id and about another's read the same."""
    return IDENTIFIER.sub(":id", path)


async def on_problem(request: Request, error: Exception) -> Response:
    """Handler of Problem."""
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class
    return error.response(request.url.path)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Handler of what the framework itself raises: unknown address, wrong method, unreadable body."""
    assert isinstance(error, HTTPException)  # noqa: S101
    match error.status_code:
        case 400:
            unreadable = {
                "location": ["body"],
                "message": "Body should be valid JSON",
                "code": "json_invalid",
            }
            problem = Problem(422, errors=[unreadable])
        case 405:
            problem = Problem(405, headers={**(error.headers or {}), **_allowed(request)})
        case status:
            problem = Problem(status, headers=error.headers)
    return problem.response(request.url.path)


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Handler of a request that doesn't fit the contract: where and what, but not the value that was sent."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [
        {"location": [str(part) for part in item["loc"]], "message": item["msg"], "code": item["type"]}
        for item in error.errors()
    ]
    return Problem(422, errors=errors).response(request.url.path)


def _allowed(request: Request) -> dict[str, str]:
    """All methods of a documented address; the framework names only those of the first route that fits."""
    template = getattr(request.scope.get("route"), "path", "")
    methods = sorted(method.upper() for method in request.app.openapi()["paths"].get(template, {}))
    return {"Allow": ", ".join(methods)} if methods else {}


def _slug(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "-")
