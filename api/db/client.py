"""The way to Postgres: one round trip per request, as one coach, holding no connection (docs/adr/0050)."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString, NamedTuple, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg import errors
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from api.db.connection import Connection
from api.db.queries import Query, prepare, prepared
from api.errors import Problem, unavailable
from api.metrics import Metrics
from api.settings import Settings
from warehouse.migrate import available

log = structlog.get_logger("api.db.client")

CONNECT_SECONDS = 3
FRESHNESS = """
select array_agg(mart order by mart), array_agg(computed_at order by mart)
from ai_backend.mart_freshness
"""
FRESHNESS_SECONDS = 30.0
NOT_COMPUTED = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName)
TOO_SLOW = (errors.QueryCanceled, errors.LockNotAvailable)
Row = tuple[Any, ...]
Answer = TypeVar("Answer")
Question = Callable[[Connection], Awaitable[Answer]]


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
        self._audited = settings.audit_enabled
        self._timeout = f"{int(settings.statement_timeout_seconds * 1000)}ms"
        self._freshness: list[tuple[str, datetime | None]] = []
        self._freshness_until = 0.0
        self._pool = AsyncConnectionPool(
            settings.conninfo,
            connection_class=Connection,
            kwargs={
                "autocommit": True,
                "prepare_threshold": None,
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "coaching-analytics-api",
            },
            min_size=min(2, settings.pool_size),
            max_size=settings.pool_size,
            timeout=settings.pool_timeout_seconds,
            # A pool that gives up early starts anew with the next request, instead of waiting ever longer.
            reconnect_timeout=settings.pool_timeout_seconds,
            configure=_refuse_without_row_security,
            open=False,
        )

    async def open(self) -> None:
        """Start connecting. A database that is away doesn't keep the service from starting."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()

    async def ask(self, query: Query, asked: Asked, parameters: Mapping[str, Any]) -> bytes | None:
        """The answer's JSON, or None for "not there"; the audit's row is written by the same statement.

        Raises errors.Problem (503) when the database is away, too slow, or has nothing computed yet.
        """
        own = {"now": datetime.now(UTC), "timeout": self._timeout}
        given = {**parameters, **asked._asdict(), **own}
        tenant = WRITING if query.writes else READING
        statements = (tenant, *prepared(query, audited=self._audited))
        return await self._answered(lambda connection: connection.ask(statements, given))

    async def missing_migrations(self) -> int:
        """How many migrations of this version the database doesn't have. Raises as `ask` does."""
        row = await self._answered(_row("select array_agg(version) from warehouse.schema_migrations"))
        applied = set(row[0] or []) if row else set()
        return len({migration.version for migration in available()} - applied)

    async def freshness(self) -> list[tuple[str, datetime | None]]:
        """Each mart and when its newest row was computed (cached half a minute). Raises as `ask` does."""
        if time.monotonic() >= self._freshness_until:
            row = await self._answered(_row(FRESHNESS))
            self._freshness = list(zip(*row, strict=True)) if row and row[0] else []
            self._freshness_until = time.monotonic() + FRESHNESS_SECONDS
        return self._freshness

    async def _answered(self, question: Question[Answer]) -> Answer:
        """What a connection answers; what keeps it from answering as errors.Problem."""
        try:
            return await self._repeated(question)
        except TOO_SLOW as error:
            raise self._away(error, "The database took too long. Try again in a moment.") from None
        except NOT_COMPUTED as error:
            raise self._away(error, "The analytics have not been computed yet.") from None
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise self._away(error) from None

    async def _repeated(self, question: Question[Answer]) -> Answer:
        """Asked once more when the connection had died while it lay idle.

        Everything that is asked may be asked twice: what writes is idempotent (contract page, "Routes").
        """
        try:
            return await self._once(question)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if isinstance(error, (*TOO_SLOW, PoolTimeout)):
                raise
            await self._pool.check()
        return await self._once(question)

    async def _once(self, question: Question[Answer]) -> Answer:
        connection = await self._pool.getconn()
        try:
            return await question(connection)
        finally:
            await self._pool.putconn(connection)

    def _away(self, error: Exception, detail: str | None = None) -> Problem:
        kind = type(error).__name__
        self._metrics.database_errors.labels(kind).inc()
        log.warning("database unavailable", error=kind)
        return unavailable(detail)


TENANT = (
    "select set_config('app.coach_id', %(coach_id)s::text, true), "
    "set_config('app.now', %(now)s::text, true), "
    "set_config('TimeZone', 'UTC', true), "
    "set_config('statement_timeout', %(timeout)s, true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true)"
)
"""The one place that says whose request it is, and when: for this transaction only, also behind a pooler."""
LAZY_COMMIT = ", set_config('synchronous_commit', 'off', true)"
"""Of a read only the audit's row is written. It has reached Postgres before the answer leaves; waiting for
the disk would double the time of a read. Only a crash of Postgres itself can lose the last half second."""
READING = prepare("reading", TENANT + LAZY_COMMIT)
WRITING = prepare("writing", TENANT)


def _row(statement: LiteralString) -> Question[Row | None]:
    async def ask(connection: Connection) -> Row | None:
        cursor = await connection.execute(statement)
        return await cursor.fetchone()

    return ask


async def _refuse_without_row_security(connection: Connection) -> None:
    """A connection that policies don't bind must not be used (e.g. a pooler that drops the option `role`)."""
    cursor = await connection.execute("select row_security_active('analytics_api.audit_log')")
    row = await cursor.fetchone()
    if row != (True,):
        raise RowSecurityOffError("row-level security does not bind this log-in")
