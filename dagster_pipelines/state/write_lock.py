"""The orchestrator's database connections, and the write lock that makes it the only writer of the marts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from warehouse.connection import LoginRole, url
from warehouse.write_lock import acquire_write_lock


@contextmanager
def hold_write_lock(timeout_seconds: float, report: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold the write lock; raises WriteLockTimeoutError if it is not free within the timeout."""
    with connect() as connection:
        acquire_write_lock(connection, timeout_seconds, report)
        yield


def connect() -> psycopg.Connection[Any]:
    """Return an autocommit connection of the owner.

    Raises psycopg.OperationalError if the server is unavailable, which is retried.
    """
    connection = psycopg.connect(
        url(LoginRole.OWNER), autocommit=True, connect_timeout=10, application_name="coaching-analytics"
    )
    connection.execute("set lock_timeout = '10s'")
    connection.execute("set idle_in_transaction_session_timeout = '60s'")
    return connection
