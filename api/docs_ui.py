"""Swagger UI at /docs, with all assets served by this service."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from api.errors import not_found

router = APIRouter(prefix="/docs", include_in_schema=False)
OPENAPI_PATH = "/openapi.json"
ASSETS_DIR = Path(str(files("fastapi_offline").joinpath("static")))
ASSETS = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
INDEX_HTML = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coaching analytics API</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
START_JS = f"""\
SwaggerUIBundle({{url: ".{OPENAPI_PATH}", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null}})
"""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Swagger UI sets inline styles."""


@router.get("")
async def index() -> Response:
    return Response(
        INDEX_HTML, media_type="text/html", headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    )


@router.get("/start.js")
async def start() -> Response:
    return Response(START_JS, media_type="text/javascript")


@router.get("/{name}")
async def asset(name: str) -> Response:
    if name not in ASSETS:
        raise not_found()
    return FileResponse(ASSETS_DIR / name, headers={"Cache-Control": "public, max-age=86400"})
