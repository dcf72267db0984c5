"""One writer of the marts at a time, whoever started it: daemon, UI or command line."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from warehouse.connection import Role, url

LOCK_KEY = 0x0DA65735
"""Of the advisory lock; any number that nobody else in this database uses."""
POLL_SECONDS = 0.5


class WriterBusyError(Exception):
    """Another run kept writing for as long as this one would wait."""


@contextmanager
def single_writer(wait_seconds: float, report: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold the writers' lock; wait up to `wait_seconds` for whoever has it.

    The lock belongs to a connection, so a killed run gives it up by itself. Raises WriterBusyError.
    """
    with connect() as connection:
        until = time.monotonic() + wait_seconds
        is_told = False
        while not _try_lock(connection):
            if time.monotonic() >= until:
                raise WriterBusyError("Another run is writing the marts; this one waited long enough.")
            if not is_told:
                report("Another run is writing the marts; waiting for it.")
                is_told = True
            time.sleep(POLL_SECONDS)
        yield


def connect() -> psycopg.Connection[Any]:
    """The owner's connection, each statement a transaction of its own unless one is opened.

    Raises psycopg.OperationalError when the server is away, for a retry to see.
    """
    connection = psycopg.connect(
        url(Role.OWNER), autocommit=True, connect_timeout=10, application_name="coaching-analytics"
    )
    connection.execute("set lock_timeout = '10s'")
    connection.execute("set idle_in_transaction_session_timeout = '60s'")
    return connection


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone()
    return bool(row and row[0])
