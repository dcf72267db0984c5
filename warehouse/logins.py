"""Log-ins for the parties on the embedded server."""

import psycopg
from psycopg import sql

from warehouse.embedded import LOGIN_ROLES, SUPERUSER, ServerState


def give_logins(server: ServerState) -> None:
    """Let each party's role log in with the random password that the server's state keeps."""
    with psycopg.connect(server.url(SUPERUSER), autocommit=True) as connection:
        for role in LOGIN_ROLES:
            connection.execute(
                sql.SQL("alter role {} login inherit password {}").format(
                    sql.Identifier(role), sql.Literal(server.passwords[role])
                )
            )
