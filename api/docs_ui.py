"""The interactive reference at /docs, with nothing fetched from elsewhere (docs/adr/0057)."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from api.errors import not_found

router = APIRouter(prefix="/docs", include_in_schema=False)
OPENAPI_ADDRESS = "/openapi.json"
ASSETS = Path(str(files("fastapi_offline").joinpath("static")))
"""Swagger UI, as the package ships it."""
SHIPPED = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coaching analytics: reference</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
START = f"""\
SwaggerUIBundle({{url: ".{OPENAPI_ADDRESS}", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null}})
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Swagger UI sets styles on its elements; scripts come from here alone, and none stands in the page."""


@router.get("")
async def page() -> Response:
    """The page: every operation, with a form to try it."""
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@router.get("/start.js")
async def start() -> Response:
    """What sets the page going."""
    return Response(START, media_type="text/javascript")


@router.get("/{name}")
async def asset(name: str) -> Response:
    """A file of Swagger UI. Raises Problem (404) for any other."""
    if name not in SHIPPED:
        raise not_found()
    return FileResponse(ASSETS / name, headers={"Cache-Control": "public, max-age=86400"})
