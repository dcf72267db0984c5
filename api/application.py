"""Puts the service together; nothing is decided here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.exceptions import HTTPException

from api import doorstep, errors, health, logs, reference
from api.body_limit import BodyLimit
from api.clients import routes as clients
from api.coach import routes as coach
from api.compute import routes as compute
from api.correlation import HEADER, is_acceptable
from api.dashboard import pages
from api.dashboard.door import Door
from api.database import Database
from api.gate import Gate
from api.metrics import Metrics
from api.observe import Observe
from api.openapi import describe
from api.risk import routes as risk
from api.sessions import routes as sessions
from api.settings import Settings
from api.tokens import TokenVerifier

log = structlog.get_logger("api")


def create_app(settings: Settings) -> FastAPI:
    """The service with these settings. Raises SettingsError when no database is named."""
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
        openapi_url=reference.OPENAPI_ADDRESS if settings.docs_enabled else None,
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
        app.include_router(reference.router)
    if settings.dashboard_enabled:
        app.include_router(pages.router)
    app.include_router(doorstep.router(settings))
    describe(app)

    # Added from the inside out: the correlation id is there for all, and every answer is observed.
    app.add_middleware(BodyLimit, largest_bytes=settings.largest_body_bytes)
    app.add_middleware(Gate, settings=settings, tokens=tokens, metrics=metrics)
    if settings.dashboard_enabled:
        app.add_middleware(Door, api_key=settings.api_keys[0].get_secret_value())
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
    app.add_middleware(Observe, metrics=metrics)
    app.add_middleware(
        CorrelationIdMiddleware, header_name=HEADER, validator=is_acceptable, update_request_header=False
    )
    return app
