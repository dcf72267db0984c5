"""The database that the demo runs on: the one that DATABASE_URL names, or this machine's own."""

import os
from collections.abc import Callable

from warehouse import embedded
from warehouse.logins import give_logins
from warehouse.migrate import migrate


def start_database(say: Callable[[str], None]) -> bool:
    """Bring the database up to date; True when we started a server that should stop with us."""
    given = bool(os.environ.get("DATABASE_URL"))
    was_running = given or embedded.running() is not None
    if not given:
        embedded.up()
    migrate(say)
    if not given:
        give_logins(embedded.up())
    return not was_running
