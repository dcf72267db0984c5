"""The request path as the router matches it."""

from starlette.types import Scope


def route_path(scope: Scope) -> str:
    """Returns the path without the prefix that a reverse proxy adds (`root_path`)."""
    path: str = scope["path"]
    rest = path.removeprefix(scope.get("root_path", ""))
    return rest if not rest or rest.startswith("/") else path
