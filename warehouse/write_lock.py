"""The lock that allows one writer of the marts: daemon, UI, command line or erasure."""

import time
from collections.abc import Callable
from typing import Any

import psycopg

from warehouse.errors import WarehouseError

LOCK_KEY = 0x0DA65735
"""Key of the advisory lock; unique in this database."""
POLL_SECONDS = 0.5


class WriteLockTimeoutError(WarehouseError):
    """The write lock was not released within the timeout."""


def acquire_write_lock(
    connection: psycopg.Connection[Any],
    timeout_seconds: float,
    report: Callable[[str], None] = lambda _: None,
) -> None:
    """Acquire the write lock within `timeout_seconds`.

    The lock ends with the connection, also when the process is killed. The connection must be in autocommit
    mode. Raises WriteLockTimeoutError.
    """
    deadline = time.monotonic() + timeout_seconds
    is_reported = False
    while not _try_lock(connection):
        if time.monotonic() >= deadline:
            raise WriteLockTimeoutError("Timeout while another run is writing the marts.")
        if not is_reported:
            report("Another run is writing the marts; waiting for it.")
            is_reported = True
        time.sleep(POLL_SECONDS)


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone()
    return bool(row and row[0])
