"""The database that the demo runs on: the one that DATABASE_URL names, or this machine's own."""

from collections.abc import Callable

from warehouse import embedded
from warehouse.connection import uses_given_server
from warehouse.logins import migrate_and_give_logins


def start_database(say: Callable[[str], None]) -> bool:
    """Bring the database up to date; True when we started a server that should stop with us."""
    given = uses_given_server()
    was_running = given or embedded.running() is not None
    if not given:
        embedded.up()
    migrate_and_give_logins(say)
    return not was_running
