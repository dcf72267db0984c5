"""Starts the demo's database: the one that DATABASE_URL names, or the embedded server."""

from collections.abc import Callable

from warehouse import embedded
from warehouse.connection import is_external_server
from warehouse.login_roles import migrate_and_create_login_roles


def start_database(report: Callable[[str], None]) -> bool:
    """Start and migrate the database; True if the demo started the server and must stop it."""
    is_external = is_external_server()
    was_running = is_external or embedded.running() is not None
    if not is_external:
        embedded.up()
    migrate_and_create_login_roles(report)
    return not was_running
