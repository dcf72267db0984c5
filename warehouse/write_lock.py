"""One writer of the marts at a time, whoever started it: daemon, UI, command line or an erasure."""

import time
from collections.abc import Callable
from typing import Any

import psycopg

from warehouse.errors import WarehouseError

LOCK_KEY = 0x0DA65735
"""Of the advisory lock; any number that nobody else in this database uses."""
POLL_SECONDS = 0.5


class WriteLockTimeoutError(WarehouseError):
    """Another run kept writing for as long as this one would wait."""


def acquire_write_lock(
    connection: psycopg.Connection[Any],
    wait_seconds: float,
    report: Callable[[str], None] = lambda _: None,
) -> None:
    """Take the writers' lock; wait up to `wait_seconds` for whoever has it.

    It belongs to the connection and is given up with it, also by a run that is killed. The connection must
    commit each statement by itself. Raises WriteLockTimeoutError.
    """
    until = time.monotonic() + wait_seconds
    is_told = False
    while not _try_lock(connection):
        if time.monotonic() >= until:
            raise WriteLockTimeoutError("Another run is writing the marts; this one waited long enough.")
        if not is_told:
            report("Another run is writing the marts; waiting for it.")
            is_told = True
        time.sleep(POLL_SECONDS)


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone()
    return bool(row and row[0])
