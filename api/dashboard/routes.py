"""Serves the dashboard's static files. They are public and hold no data; requests go through proxy.py."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse, JSONResponse, RedirectResponse

from api.dashboard.field_descriptions import field_descriptions

PREFIX = "/dashboard"
STATIC_DIR = Path(__file__).parent / "static"
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # The browser rejects every assignment of a string as HTML, also by libraries.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Cached but revalidated, so that a new version takes effect immediately.
    "Cache-Control": "no-cache",
}

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get("")
async def index() -> Response:
    return FileResponse(STATIC_DIR / "index.html", headers=HEADERS)


@router.get("/")
async def index_with_slash() -> Response:
    return RedirectResponse(f"..{PREFIX}", 308)


@router.get("/field-descriptions.json")
async def get_field_descriptions(request: Request) -> Response:
    document: dict[str, Any] = request.app.openapi()
    return JSONResponse(field_descriptions(document), headers=HEADERS)


def _serve(file: Path) -> None:
    @router.get(f"/{file.name}")
    async def send() -> Response:
        return FileResponse(file, headers=HEADERS)


# One route per file instead of a directory, so that no path can reach other files.
for _file in sorted(STATIC_DIR.iterdir()):
    if _file.name != "index.html":
        _serve(_file)
