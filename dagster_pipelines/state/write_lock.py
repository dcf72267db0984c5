"""The orchestrator's connections, and the lock that makes it the one writer of the marts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from warehouse.connection import LoginRole, url
from warehouse.write_lock import acquire_write_lock


@contextmanager
def hold_write_lock(wait_seconds: float, report: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold the writers' lock; wait up to `wait_seconds` for whoever has it. Raises WriteLockTimeoutError."""
    with connect() as connection:
        acquire_write_lock(connection, wait_seconds, report)
        yield


def connect() -> psycopg.Connection[Any]:
    """The owner's connection, each statement a transaction of its own unless one is opened.

    Raises psycopg.OperationalError when the server is away, for a retry to see.
    """
    connection = psycopg.connect(
        url(LoginRole.OWNER), autocommit=True, connect_timeout=10, application_name="coaching-analytics"
    )
    connection.execute("set lock_timeout = '10s'")
    connection.execute("set idle_in_transaction_session_timeout = '60s'")
    return connection
