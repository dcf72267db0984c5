"""The database that the demo runs on: the one that DATABASE_URL names, or this machine's own."""

from collections.abc import Callable

from warehouse import embedded
from warehouse.connection import is_external_server
from warehouse.login_roles import migrate_and_create_login_roles


def start_database(say: Callable[[str], None]) -> bool:
    """Bring the database up to date; True when we started a server that should stop with us."""
    given = is_external_server()
    was_running = given or embedded.running() is not None
    if not given:
        embedded.up()
    migrate_and_create_login_roles(say)
    return not was_running
