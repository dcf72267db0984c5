"""The coach's page itself: its files, under a policy of its own (docs/adr/0080).

The files are public: they hold no data. What they ask for goes through api/dashboard/proxy.py.
"""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse, JSONResponse, RedirectResponse

from api.dashboard.field_descriptions import words

PREFIX = "/dashboard"
FOLDER = Path(__file__).parent / "static"
POLICY = "; ".join(
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
        # The browser itself refuses every assignment of text as HTML, ours or a library's.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Kept, but asked for again each time: a new version is there at once.
    "Cache-Control": "no-cache",
}

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get("")
async def page() -> Response:
    """The page."""
    return FileResponse(FOLDER / "index.html", headers=HEADERS)


@router.get("/")
async def page_with_slash() -> Response:
    """The page's one address; the browser takes what stands after # along."""
    return RedirectResponse(f"..{PREFIX}", 308)


@router.get("/field-descriptions.json")
async def explanations(request: Request) -> Response:
    """What each number says, in the words of this version's OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    return JSONResponse(words(document), headers=HEADERS)


def _serve(file: Path) -> None:
    @router.get(f"/{file.name}")
    async def send() -> Response:
        return FileResponse(file, headers=HEADERS)


# One route per file, instead of a folder: no address can reach anything else.
for _file in sorted(FOLDER.iterdir()):
    if _file.name != "index.html":
        _serve(_file)
