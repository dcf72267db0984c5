"""Enables the login roles of the embedded server."""

from collections.abc import Callable

import psycopg
from psycopg import sql

from warehouse import embedded
from warehouse.connection import is_external_server
from warehouse.embedded import LOGIN_ROLES, SUPERUSER, ServerState
from warehouse.migrate import migrate


def migrate_and_create_login_roles(report: Callable[[str], None] = lambda _: None) -> int:
    """Migrate and, on the embedded server, enable the login roles; return the number of applied migrations.

    Raises WarehouseError as `migrate` does.
    """
    count = migrate(report)
    if not is_external_server():
        create_login_roles(embedded.up())
    return count


def create_login_roles(server: ServerState) -> None:
    """Enable each role's login with the random password of the server's state file."""
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        for role in LOGIN_ROLES:
            connection.execute(
                sql.SQL("alter role {} login inherit password {}").format(
                    sql.Identifier(role), sql.Literal(server.passwords[role])
                )
            )
