"""The OpenAPI document: credentials, errors and headers that no single route declares."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import DETAILS, MEDIA_TYPE
from api.middleware.authentication import requires_auth

VERSION = version("coaching-analytics")
TITLE = "Coaching analytics"
DESCRIPTION = (
    "What a coach's sessions and clients show: talk time, language cues, engagement, churn risk and alerts. "
    "Unknown is null, never zero. What isn't the coach's own is answered like what doesn't exist."
)
CREDENTIALS: dict[str, Any] = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "Key of the calling back end.",
    },
    "Token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Supabase Auth token of the coach.",
    },
}
ENTRY: dict[str, Any] = {
    "type": "object",
    "title": "ProblemEntry",
    "description": "One thing in the request that doesn't fit.",
    "required": ["location", "message", "code"],
    "properties": {
        "location": {"type": "array", "items": {"type": "string"}, "description": "Where it stands."},
        "message": {"type": "string", "description": "What it has to be."},
        "code": {"type": "string", "description": "Short name of the rule."},
    },
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details: the shape of every error.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Kind of the problem."},
        "title": {"type": "string", "description": "The kind in words."},
        "status": {"type": "integer", "description": "HTTP status.", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "A plain sentence."},
        "instance": {"type": "string", "description": "The address asked for; identifiers are left out."},
        "errors": {
            "type": "array",
            "description": "What doesn't fit, one entry each; only with 422.",
            "items": {"$ref": "#/components/schemas/ProblemEntry"},
        },
    },
}
METHODS = ("get", "put", "post", "delete")
REASONS = {
    401: "A credential is missing or wrong; `WWW-Authenticate` says which kind.",
    404: DETAILS[404],
    413: DETAILS[413],
    422: DETAILS[422],
    429: "Too often; `Retry-After` says how many seconds to wait.",
    503: DETAILS[503],
}
HEADERS: dict[str, Any] = {
    "X-Correlation-ID": {
        "description": "The caller's mark of the request, or a new one.",
        "schema": {"type": "string"},
    },
    "RateLimit-Limit": {"description": "Requests allowed in a window.", "schema": {"type": "integer"}},
    "RateLimit-Remaining": {"description": "Requests left.", "schema": {"type": "integer"}},
    "RateLimit-Reset": {"description": "Seconds until more are allowed.", "schema": {"type": "integer"}},
    "RateLimit-Policy": {"description": "The limit and its window in seconds.", "schema": {"type": "string"}},
}


def describe(app: FastAPI) -> None:
    """Let the application serve `document(app)` as its OpenAPI document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """The complete OpenAPI document of the application."""
    schema = get_openapi(title=TITLE, version=VERSION, description=DESCRIPTION, routes=app.routes)
    components = schema.setdefault("components", {})
    components["securitySchemes"] = CREDENTIALS
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= {"Problem": PROBLEM, "ProblemEntry": ENTRY}
    components["headers"] = HEADERS
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            _complete(path, operation)
    return schema


def _complete(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    takes_input = responses.pop("422", None) is not None
    statuses = [503] if path == "/health/ready" else []
    if requires_auth(path):
        operation["security"] = [{"ApiKey": [], "Token": []}]
        statuses = [401, 429, 503]
        statuses += [422] if takes_input else []
        statuses += [404] if "{" in path else []
        statuses += [413] if "requestBody" in operation else []
        for response in responses.values():
            response["headers"] = {**response.get("headers", {}), **_references(HEADERS)}
    for status in sorted(statuses):
        responses[str(status)] = {
            "description": REASONS[status],
            "headers": _references({"X-Correlation-ID": None}),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _references(headers: dict[str, Any]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
