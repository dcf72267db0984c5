"""Completes the OpenAPI document with credentials, errors and headers that all routes share."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import DETAILS, MEDIA_TYPE
from api.middleware.authentication import requires_auth

VERSION = version("coaching-analytics")
TITLE = "Coaching analytics"
DESCRIPTION = (
    "Analytics of a coach's sessions and clients: talk time, language cues, engagement, churn risk, alerts. "
    "Unknown values are null, never zero. A resource of another coach is 404, as if it did not exist."
)
SECURITY_SCHEMES: dict[str, Any] = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "API key of the calling back end.",
    },
    "Token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Supabase Auth access token of the coach.",
    },
}
PROBLEM_ENTRY: dict[str, Any] = {
    "type": "object",
    "title": "ProblemEntry",
    "description": "A validation error.",
    "required": ["location", "message", "code"],
    "properties": {
        "location": {"type": "array", "items": {"type": "string"}, "description": "Location in the request."},
        "message": {"type": "string", "description": "Violated rule."},
        "code": {"type": "string", "description": "Code of the rule."},
    },
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details: the body of every error response.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Problem type."},
        "title": {"type": "string", "description": "Title of the problem type."},
        "status": {"type": "integer", "description": "HTTP status code.", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "Explanation of the problem."},
        "instance": {"type": "string", "description": "Request path with masked identifiers."},
        "errors": {
            "type": "array",
            "description": "Validation errors; only with 422.",
            "items": {"$ref": "#/components/schemas/ProblemEntry"},
        },
    },
}
ERROR_DESCRIPTIONS = {
    401: "Missing or invalid credential; `WWW-Authenticate` holds its scheme.",
    404: DETAILS[404],
    413: DETAILS[413],
    422: DETAILS[422],
    429: "Rate limit exceeded; `Retry-After` holds the seconds to wait.",
    503: DETAILS[503],
}
RESPONSE_HEADERS: dict[str, Any] = {
    "X-Correlation-ID": {
        "description": "Correlation id: the client's own or a generated one.",
        "schema": {"type": "string"},
    },
    "RateLimit-Limit": {
        "description": "Maximum number of requests in the window.",
        "schema": {"type": "integer"},
    },
    "RateLimit-Remaining": {"description": "Remaining requests.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "Seconds until the window resets.", "schema": {"type": "integer"}},
    "RateLimit-Policy": {"description": "The limit and its window in seconds.", "schema": {"type": "string"}},
}


def describe(app: FastAPI) -> None:
    """Makes the application serve `document(app)` as its OpenAPI document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title=TITLE, version=VERSION, description=DESCRIPTION, routes=app.routes)
    components = schema.setdefault("components", {})
    components["securitySchemes"] = SECURITY_SCHEMES
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= {"Problem": PROBLEM, "ProblemEntry": PROBLEM_ENTRY}
    components["headers"] = RESPONSE_HEADERS
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            _complete(path, operation)
    return schema


def _complete(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    has_parameters = responses.pop("422", None) is not None
    statuses = [503] if path == "/health/ready" else []
    if requires_auth(path):
        operation["security"] = [{"ApiKey": [], "Token": []}]
        statuses = [401, 429, 503]
        statuses += [422] if has_parameters else []
        statuses += [404] if "{" in path else []
        statuses += [413] if "requestBody" in operation else []
        for response in responses.values():
            response["headers"] = {**response.get("headers", {}), **_references(RESPONSE_HEADERS)}
    for status in sorted(statuses):
        responses[str(status)] = {
            "description": ERROR_DESCRIPTIONS[status],
            "headers": _references({"X-Correlation-ID": None}),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _references(headers: dict[str, Any]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
