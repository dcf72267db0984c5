"""A database connection that is made again when it breaks."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

T = TypeVar("T")


class ReconnectingConnection:
    """One connection, usable from any thread by one at a time; opened when first used.

    Without prepared statements, so that it also works behind a transaction pooler.
    """

    def __init__(self, database_url: str) -> None:
        """Remember where to connect."""
        self._url = database_url
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._close()

    def run(self, work: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Return what `work` does with the connection, in a transaction.

        When the database fails it is done again, three times more with back-off (specification, "Computation
        Failures"); so `work` must bear being repeated. Raises psycopg.OperationalError when it still fails.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(psycopg.OperationalError),
            stop=stop_after_attempt(4),
            wait=wait_exponential(multiplier=0.2, max=3),
            reraise=True,
        )
        with self._lock:
            result: T = retrying(self._run_once, work)
            return result

    def _run_once(self, work: Callable[[psycopg.Connection[Any]], T]) -> T:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._url, autocommit=True, prepare_threshold=None)
        try:
            with self._connection.transaction():
                return work(self._connection)
        except psycopg.OperationalError:
            self._close()
            raise

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
