"""Runs queries as one coach, each in one round trip.

See docs/decisions/0023-one-database-round-trip-per-api-request.md.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString, NamedTuple, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg import errors
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from api.db.connection import PipelinedConnection
from api.db.queries import Query, prepare, prepared_statements
from api.errors import Problem, unavailable
from api.metrics import Metrics
from api.settings import Settings
from warehouse.migrate import available

log = structlog.get_logger("api.db.client")

CONNECT_TIMEOUT_SECONDS = 3
FRESHNESS = """
select array_agg(mart order by mart), array_agg(computed_at order by mart)
from ai_backend.mart_freshness
"""
FRESHNESS_CACHE_SECONDS = 30.0
SET_TENANT = (
    "select set_config('app.coach_id', %(coach_id)s::text, true), "
    "set_config('app.now', %(now)s::text, true), "
    "set_config('TimeZone', 'UTC', true), "
    "set_config('statement_timeout', %(timeout)s, true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true)"
)
"""Sets the transaction's coach and time. The settings are local to the transaction, as poolers require."""
ASYNCHRONOUS_COMMIT = ", set_config('synchronous_commit', 'off', true)"
"""A read writes only its audit row. Waiting for the disk would double the time of a read, and only a crash of
Postgres itself can lose the rows of the last half second."""
READ_PREAMBLE = prepare("read_preamble", SET_TENANT + ASYNCHRONOUS_COMMIT)
WRITE_PREAMBLE = prepare("write_preamble", SET_TENANT)
NOT_COMPUTED_ERRORS = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName)
TIMEOUT_ERRORS = (errors.QueryCanceled, errors.LockNotAvailable)
Row = tuple[Any, ...]
T = TypeVar("T")
Operation = Callable[[PipelinedConnection], Awaitable[T]]


class RequestContext(NamedTuple):
    """The authenticated coach, and the fields of the audit row. `status` is the status of success."""

    coach_id: UUID
    route: str
    status: int
    correlation_id: str


class RowSecurityOffError(psycopg.OperationalError):
    """The login role bypasses row-level security: it owns the tables or has BYPASSRLS."""


class Database:
    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._metrics = metrics
        self._audited = settings.audit_enabled
        self._timeout = f"{int(settings.statement_timeout_seconds * 1000)}ms"
        self._freshness: list[tuple[str, datetime | None]] = []
        self._freshness_until = 0.0
        self._pool = AsyncConnectionPool(
            settings.conninfo,
            connection_class=PipelinedConnection,
            kwargs={
                "autocommit": True,
                "prepare_threshold": None,
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                "application_name": "coaching-analytics-api",
            },
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            timeout=settings.pool_timeout_seconds,
            # Stops the pool's exponential backoff early; the next request starts a new attempt.
            reconnect_timeout=settings.pool_timeout_seconds,
            configure=_require_row_security,
            open=False,
        )

    async def open(self) -> None:
        """Starts connecting without waiting, so the service starts while the database is unavailable."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        await self._pool.close()

    async def run(self, query: Query, context: RequestContext, parameters: Mapping[str, Any]) -> bytes | None:
        """Returns the response body as JSON, or None for 404. The same statement inserts the audit row.

        Raises errors.Problem (503) if the database is unavailable, times out, or has no computed marts.
        """
        values = {**parameters, **context._asdict(), "now": datetime.now(UTC), "timeout": self._timeout}
        preamble = WRITE_PREAMBLE if query.writes else READ_PREAMBLE
        statements = (preamble, *prepared_statements(query, audited=self._audited))
        return await self._execute(lambda connection: connection.execute_pipeline(statements, values))

    async def missing_migrations(self) -> int:
        """Counts this version's migrations that are not applied. Raises as `run` does."""
        row = await self._execute(_fetch_row("select array_agg(version) from warehouse.schema_migrations"))
        applied = set(row[0] or []) if row else set()
        return len({migration.version for migration in available()} - applied)

    async def freshness(self) -> list[tuple[str, datetime | None]]:
        """Returns each mart with the time its newest row was computed. Raises as `run` does."""
        if time.monotonic() >= self._freshness_until:
            row = await self._execute(_fetch_row(FRESHNESS))
            self._freshness = list(zip(*row, strict=True)) if row and row[0] else []
            self._freshness_until = time.monotonic() + FRESHNESS_CACHE_SECONDS
        return self._freshness

    async def _execute(self, operation: Operation[T]) -> T:
        """Translates database errors to errors.Problem."""
        try:
            return await self._with_retry(operation)
        except TIMEOUT_ERRORS as error:
            raise self._unavailable(error, "The database query timed out. Retry later.") from None
        except NOT_COMPUTED_ERRORS as error:
            raise self._unavailable(error, "The analytics have not been computed yet.") from None
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise self._unavailable(error) from None

    async def _with_retry(self, operation: Operation[T]) -> T:
        """Retries once if an idle connection was closed. This is safe because all writes are idempotent."""
        try:
            return await self._attempt(operation)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, (*TIMEOUT_ERRORS, PoolTimeout)):
                raise
            await self._pool.check()
        return await self._attempt(operation)

    async def _attempt(self, operation: Operation[T]) -> T:
        connection = await self._pool.getconn()
        try:
            return await operation(connection)
        finally:
            await self._pool.putconn(connection)

    def _unavailable(self, error: Exception, detail: str | None = None) -> Problem:
        kind = type(error).__name__
        self._metrics.database_errors.labels(kind).inc()
        log.warning("database unavailable", error=kind)
        return unavailable(detail)


def _fetch_row(statement: LiteralString) -> Operation[Row | None]:
    async def fetch(connection: PipelinedConnection) -> Row | None:
        cursor = await connection.execute(statement)
        return await cursor.fetchone()

    return fetch


async def _require_row_security(connection: PipelinedConnection) -> None:
    """Rejects a connection that bypasses policies, e.g. through a pooler that drops the option `role`."""
    cursor = await connection.execute("select row_security_active('analytics_api.audit_log')")
    row = await cursor.fetchone()
    if row != (True,):
        raise RowSecurityOffError("row-level security does not apply to this login role")
