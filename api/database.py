"""The way to Postgres: one round trip per request, as one coach, holding no connection (docs/adr/0050)."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncClientCursor, AsyncConnection, errors
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from api.errors import Problem, unavailable
from api.metrics import Metrics
from api.queries import Query
from api.settings import Settings
from warehouse.migrate import available

log = structlog.get_logger("api.database")

CONNECT_SECONDS = 3
AUDIT = """,

audit as (
    insert into analytics_api.audit_log (coach_id, client_id, job_id, route, status, correlation_id)
    select
        %(coach_id)s, client_id, job_id, %(route)s,
        case when body is null then 404 else %(status)s end, %(correlation_id)s
    from final
)
"""
FRESHNESS = """
select array_agg(mart order by mart), array_agg(computed_at order by mart)
from ai_backend.mart_freshness
"""
FRESHNESS_SECONDS = 30.0
ANSWER = "\nselect body::text from final"
NOT_COMPUTED = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName)
TOO_SLOW = (errors.QueryCanceled, errors.LockNotAvailable)


class Asked(NamedTuple):
    """Who asks what: coach, route as the audit names it, status of success, the request's mark."""

    coach_id: UUID
    route: str
    status: int
    correlation_id: str


class RowSecurityOffError(psycopg.OperationalError):
    """The log-in isn't bound by row-level security: it owns the tables, or may bypass policies."""


class Database:
    """Asks one query as one coach. Opened and closed with the service."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._metrics = metrics
        self._freshness: list[tuple[str, datetime | None]] = []
        self._freshness_until = 0.0
        self._session = [
            ("TimeZone", "UTC"),
            ("statement_timeout", f"{int(settings.statement_timeout_seconds * 1000)}ms"),
        ]
        self._audit = AUDIT if settings.audit_enabled else ""
        self._pool = AsyncConnectionPool(
            settings.conninfo,
            kwargs={
                "autocommit": True,
                "prepare_threshold": None,
                "cursor_factory": AsyncClientCursor,
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "coaching-analytics-api",
            },
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            timeout=settings.pool_wait_seconds,
            # A pool that gives up early starts anew with the next request, instead of waiting ever longer.
            reconnect_timeout=settings.pool_wait_seconds,
            configure=_refuse_without_row_security,
            open=False,
        )

    async def open(self) -> None:
        """Start connecting. A database that is away doesn't keep the service from starting."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()

    async def ask(self, query: Query, asked: Asked, parameters: Mapping[str, Any]) -> str | None:
        """The answer's JSON, or None for "not there"; the audit's row is written by the same statement.

        Raises errors.Problem (503) when the database is away, too slow, or has nothing computed yet.
        """
        statement = f"{self._tenant(asked.coach_id)};\n{query.ctes}{self._audit}{ANSWER}"
        given = {**parameters, **asked._asdict()}
        with self._as_problems():
            row = await self._row(statement, given)
        return row[0] if row else None

    async def missing_migrations(self) -> int:
        """How many migrations of this version the database doesn't have. Raises as `ask` does."""
        with self._as_problems():
            row = await self._row("select array_agg(version) from warehouse.schema_migrations", {})
        applied = set(row[0] or []) if row else set()
        return len({migration.version for migration in available()} - applied)

    async def freshness(self) -> list[tuple[str, datetime | None]]:
        """Each mart and when its newest row was computed (cached half a minute). Raises as `ask` does."""
        if time.monotonic() >= self._freshness_until:
            with self._as_problems():
                row = await self._row(FRESHNESS, {})
            self._freshness = [(mart, moment) for mart, moment in zip(*row, strict=True)] if row else []
            self._freshness_until = time.monotonic() + FRESHNESS_SECONDS
        return self._freshness

    async def _row(self, statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The last statement's row; asked once more when the connection had died while it lay idle."""
        try:
            return await self._run(statement, parameters)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, (*TOO_SLOW, PoolTimeout)):
                raise
            await self._pool.check()
        return await self._run(statement, parameters)

    async def _run(self, statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), parameters)
            while cursor.nextset():
                pass
            return await cursor.fetchone()

    def _tenant(self, coach_id: UUID) -> str:
        """The one place that says whose request it is: for this transaction only, so also behind a pooler."""
        settings = [("app.coach_id", str(coach_id)), *self._session]
        return "select " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings)

    @contextmanager
    def _as_problems(self) -> Iterator[None]:
        try:
            yield
        except TOO_SLOW as error:
            raise self._away(error, "The database took too long. Try again in a moment.") from None
        except NOT_COMPUTED as error:
            raise self._away(error, "The analytics have not been computed yet.") from None
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise self._away(error) from None

    def _away(self, error: Exception, detail: str | None = None) -> Problem:
        kind = type(error).__name__
        self._metrics.database_errors.labels(kind).inc()
        log.warning("database unavailable", error=kind)
        return unavailable(detail)


async def _refuse_without_row_security(connection: AsyncConnection[Any]) -> None:
    """A connection that policies don't bind must not be used (e.g. a pooler that drops the option `role`)."""
    cursor = await connection.execute("select row_security_active('analytics_api.audit_log')")
    row = await cursor.fetchone()
    if row != (True,):
        raise RowSecurityOffError("row-level security does not bind this log-in")
