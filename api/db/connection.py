"""A connection that sends several prepared statements as one transaction in one round trip.

See docs/decisions/0023-one-database-round-trip-per-api-request.md.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import AsyncConnection, errors
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from api.db.queries import PreparedStatement

TRANSFORMER = Transformer()
STALE_STATEMENT_ERRORS = (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement)


class PipelinedConnection(AsyncConnection[tuple[Any, ...]]):
    """Uses libpq's pipeline mode directly: for several statements, cursors cost three times the CPU."""

    def __init__(self, pgconn: PGconn) -> None:
        super().__init__(pgconn)
        self._prepared_names: set[bytes] = set()

    async def execute_pipeline(
        self, statements: Sequence[PreparedStatement], parameters: Mapping[str, Any]
    ) -> bytes | None:
        """Returns the first column of the last statement's first row as text, or None without a row.

        The statements are one transaction: Postgres treats everything before a pipeline sync as one.
        Raises psycopg.Error as a cursor does.
        """
        with suppress(*STALE_STATEMENT_ERRORS):
            return await self._exchange(statements, parameters)
        # A pooler moved this connection to another server session, which has other prepared statements.
        for statement in statements:
            self._prepared_names.discard(statement.name)
            with suppress(errors.DuplicatePreparedStatement):
                await self._exchange([statement], None)
            self._prepared_names.add(statement.name)
        return await self._exchange(statements, parameters)

    async def _exchange(
        self, statements: Sequence[PreparedStatement], parameters: Mapping[str, Any] | None
    ) -> bytes | None:
        """Prepares missing statements, and executes all of them unless `parameters` is None."""
        self.pgconn.enter_pipeline_mode()
        for statement in statements:
            if statement.name not in self._prepared_names:
                self.pgconn.send_prepare(statement.name, statement.text)
            if parameters is not None:
                values = [parameters[name] for name in statement.parameters]
                texts = TRANSFORMER.dump_sequence(values, [PyFormat.TEXT] * len(values))
                self.pgconn.send_query_prepared(statement.name, texts)
        self.pgconn.pipeline_sync()
        try:
            results = await self.wait(_fetch_results(self.pgconn))
        finally:
            # A broken connection cannot leave pipeline mode; the pool discards it.
            with suppress(psycopg.OperationalError):
                self.pgconn.exit_pipeline_mode()
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result)
        self._prepared_names.update(statement.name for statement in statements)
        return results[-1].get_value(0, 0) if results[-1].ntuples else None


def _fetch_results(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Sends the queued messages and collects one result per message up to the sync."""
    yield from send(pgconn)
    results: list[PGresult] = []
    while fetched := (yield from fetch_many(pgconn)):
        if fetched[0].status == ExecStatus.PIPELINE_SYNC:
            return results
        results += fetched
    raise psycopg.OperationalError("the connection was lost")
