"""A connection that sends prepared statements together: one transaction, one round trip (docs/adr/0092)."""

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

from api.db.queries import Prepared

ADAPT = Transformer()
"""Python values as Postgres writes them."""
STALE_STATEMENT_ERRORS = (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement)


class Connection(AsyncConnection[tuple[Any, ...]]):
    """Speaks libpq's pipeline mode itself: for several statements a cursor does three times the work."""

    def __init__(self, pgconn: PGconn) -> None:
        super().__init__(pgconn)
        self._known: set[bytes] = set()

    async def ask(self, statements: Sequence[Prepared], given: Mapping[str, Any]) -> bytes | None:
        """The only value of the last statement's first row, as text; None where it has no row or value.

        All or nothing: without a `begin` the server takes what stands before one sync as one transaction.
        Raises psycopg.Error as a cursor does.
        """
        with suppress(*STALE_STATEMENT_ERRORS):
            return await self._exchange(statements, given)
        # a pooler has put another server behind this connection, which knows others
        for statement in statements:
            self._known.discard(statement.name)
            with suppress(errors.DuplicatePreparedStatement):
                await self._exchange([statement], None)
            self._known.add(statement.name)
        return await self._exchange(statements, given)

    async def _exchange(
        self, statements: Sequence[Prepared], given: Mapping[str, Any] | None
    ) -> bytes | None:
        """Prepare what this connection doesn't know, and execute everything unless nothing is given."""
        self.pgconn.enter_pipeline_mode()
        for statement in statements:
            if statement.name not in self._known:
                self.pgconn.send_prepare(statement.name, statement.text)
            if given is not None:
                values = [given[name] for name in statement.parameters]
                texts = ADAPT.dump_sequence(values, [PyFormat.TEXT] * len(values))
                self.pgconn.send_query_prepared(statement.name, texts)
        self.pgconn.pipeline_sync()
        try:
            results = await self.wait(_results(self.pgconn))
        finally:
            # not out of a broken one, which the pool throws away
            with suppress(psycopg.OperationalError):
                self.pgconn.exit_pipeline_mode()
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise errors.error_from_result(result)
        self._known.update(statement.name for statement in statements)
        return results[-1].get_value(0, 0) if results[-1].ntuples else None


def _results(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Send what is queued; the result of each message up to the sync."""
    yield from send(pgconn)
    results: list[PGresult] = []
    while found := (yield from fetch_many(pgconn)):
        if found[0].status == ExecStatus.PIPELINE_SYNC:
            return results
        results += found
    raise psycopg.OperationalError("the connection was lost")
