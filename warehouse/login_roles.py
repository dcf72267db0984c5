"""Log-ins for the parties on the embedded server."""

from collections.abc import Callable

import psycopg
from psycopg import sql

from warehouse import embedded
from warehouse.connection import is_external_server
from warehouse.embedded import LOGIN_ROLES, SUPERUSER, ServerState
from warehouse.migrate import migrate


def migrate_and_create_login_roles(report: Callable[[str], None] = lambda _: None) -> int:
    """Migrate, and on the embedded server let each party log in; how many migrations were applied.

    Raises WarehouseError as `migrate` does.
    """
    count = migrate(report)
    if not is_external_server():
        create_login_roles(embedded.up())
    return count


def create_login_roles(server: ServerState) -> None:
    """Let each party's role log in with the random password that the server's state keeps."""
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        for role in LOGIN_ROLES:
            connection.execute(
                sql.SQL("alter role {} login inherit password {}").format(
                    sql.Identifier(role), sql.Literal(server.passwords[role])
                )
            )
