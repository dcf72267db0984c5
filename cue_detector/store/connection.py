"""A database connection that reconnects after an error."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

T = TypeVar("T")


class ReconnectingConnection:
    """A lazily opened connection that serializes use by several threads.

    Prepared statements are disabled, so that it also works behind a transaction pooler.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def run(self, operation: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Run `operation` in a transaction and return its result.

        Retries up to three times with exponential backoff on psycopg.OperationalError
        (docs/reference/specification.md, "Computation Failures"), so `operation` must be idempotent. Raises
        the error of the last attempt.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(psycopg.OperationalError),
            stop=stop_after_attempt(4),
            wait=wait_exponential(multiplier=0.2, max=3),
            reraise=True,
        )
        with self._lock:
            result: T = retrying(self._attempt, operation)
            return result

    def _attempt(self, operation: Callable[[psycopg.Connection[Any]], T]) -> T:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._url, autocommit=True, prepare_threshold=None)
        try:
            with self._connection.transaction():
                return operation(self._connection)
        except psycopg.OperationalError:
            self._close()
            raise

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
