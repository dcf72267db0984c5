"""Assembles the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from api import docs_ui, errors, health, logs
from api.auth.jwt import TokenVerifier
from api.clients import routes as clients
from api.coach import routes as coach
from api.compute import routes as compute
from api.dashboard import routes as dashboard
from api.dashboard.proxy import DashboardProxyMiddleware
from api.db.client import Database
from api.metrics import Metrics
from api.middleware.authentication import AuthenticationMiddleware
from api.middleware.correlation_id import HEADER, is_valid_id
from api.middleware.max_body_size import MaxBodySizeMiddleware
from api.middleware.request_logging import RequestLoggingMiddleware
from api.openapi import describe
from api.risk import routes as risk
from api.sessions import routes as sessions
from api.settings import Settings

log = structlog.get_logger("api")


def create_app(settings: Settings) -> FastAPI:
    """Raises SettingsError if no database is configured."""
    logs.configure(settings.log_level)
    metrics = Metrics()
    database = Database(settings, metrics)
    tokens = TokenVerifier(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.open()
        log.info("started")
        yield
        await tokens.close()
        await database.close()
        log.info("stopped")

    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=docs_ui.OPENAPI_PATH if settings.docs_enabled else None,
        redirect_slashes=False,
    )
    app.state.database = database
    app.state.metrics = metrics
    app.add_exception_handler(errors.Problem, errors.on_problem)
    app.add_exception_handler(HTTPException, errors.on_http_exception)
    app.add_exception_handler(RequestValidationError, errors.on_invalid_request)
    for module in (health, sessions, clients, risk, compute, coach):
        app.include_router(module.router)
    if settings.docs_enabled:
        app.include_router(docs_ui.router)
    if settings.dashboard_enabled:
        app.include_router(dashboard.router)
    _redirect_root(app, settings)
    describe(app)

    # From the innermost to the outermost.
    app.add_middleware(MaxBodySizeMiddleware, max_bytes=settings.max_body_bytes)
    app.add_middleware(AuthenticationMiddleware, settings=settings, tokens=tokens, metrics=metrics)
    if settings.dashboard_enabled:
        app.add_middleware(DashboardProxyMiddleware, api_key=settings.api_keys[0].get_secret_value())
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", HEADER],
            expose_headers=[
                HEADER,
                "Location",
                "Retry-After",
                "RateLimit-Limit",
                "RateLimit-Remaining",
                "RateLimit-Reset",
            ],
        )
    app.add_middleware(RequestLoggingMiddleware, metrics=metrics)
    app.add_middleware(
        CorrelationIdMiddleware, header_name=HEADER, validator=is_valid_id, update_request_header=False
    )
    return app


def _redirect_root(app: FastAPI, settings: Settings) -> None:
    """Redirects `/` to the dashboard or else the API docs. Without both it is 404."""
    if settings.dashboard_enabled:
        target = dashboard.PREFIX
    elif settings.docs_enabled:
        target = docs_ui.router.prefix
    else:
        return

    @app.get("/", include_in_schema=False)
    async def redirect() -> Response:
        # Relative, as a reverse proxy may add a prefix. Temporary, as the target depends on settings.
        return RedirectResponse(target.removeprefix("/"), 307)
