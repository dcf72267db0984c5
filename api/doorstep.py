"""The address without a path: whoever opens it in a browser is led to what there is to look at."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api import docs_ui
from api.dashboard import routes
from api.settings import Settings


def router(settings: Settings) -> APIRouter:
    """Leads to the coach's page, else to the reference; with neither, nothing is there (404)."""
    doorstep = APIRouter(include_in_schema=False)
    if settings.dashboard_enabled:
        _redirect_to(routes.PREFIX, doorstep)
    elif settings.docs_enabled:
        _redirect_to(docs_ui.router.prefix, doorstep)
    return doorstep


def _redirect_to(page: str, doorstep: APIRouter) -> None:
    @doorstep.get("/")
    async def lead_on() -> Response:
        # relative, as a proxy may have put a folder before it; temporary, as a setting decides
        return RedirectResponse(page.removeprefix("/"), 307)
