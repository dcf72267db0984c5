"""Which address each party connects to (architecture page, "Roles")."""

import os
from enum import StrEnum

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from warehouse import embedded
from warehouse.errors import WarehouseError

OLDEST_SERVER = 150000
"""Postgres 15: the first with security_invoker views."""


class Role(StrEnum):
    """The parties that log in."""

    OWNER = "owner"
    CUES = "cues"
    API = "api"
    ANALYST = "analyst"

    @property
    def variable(self) -> str:
        """The environment variable that names this party's log-in."""
        return "DATABASE_URL" if self is Role.OWNER else f"{self.value.upper()}_DATABASE_URL"

    @property
    def database_role(self) -> str:
        """The Postgres role that holds this party's rights."""
        return f"warehouse_{self.value}"


def url(role: Role | str = Role.OWNER) -> str:
    """The address for `role`: its own variable, else the owner's with rights given up, else the embedded server.

    Raises WarehouseError when no variable is set and the embedded server isn't running.
    """
    role = Role(role)
    if given := os.environ.get(role.variable):
        return given
    if owner := os.environ.get(Role.OWNER.variable):
        return _with_role(owner, role.database_role)
    server = embedded.running()
    if server is None:
        raise WarehouseError(
            "The local Postgres isn't running. Start it with `warehouse up`, or set DATABASE_URL."
        )
    return server.url(role.database_role)


def _with_role(owner: str, database_role: str) -> str:
    """The owner's log-in that gives its rights up at once. A convenience, not a wall: `reset role` undoes it."""
    options = conninfo_to_dict(owner).get("options")
    return make_conninfo(owner, options=f"{options or ''} -c role={database_role}".strip())


def connect(role: Role | str = Role.OWNER, *, autocommit: bool = False) -> psycopg.Connection:
    """A connection as `role`.

    Raises WarehouseError when the server can't be reached or is older than Postgres 15.
    """
    role = Role(role)
    try:
        connection = psycopg.connect(url(role), autocommit=autocommit, connect_timeout=10)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise WarehouseError(
            f"Can't connect as {role.value} ({role.variable}): {reason}. "
            "Check the address, that the server runs, and that `warehouse migrate` has been run."
        ) from None
    if connection.info.server_version < OLDEST_SERVER:
        version = connection.info.server_version // 10000
        connection.close()
        raise WarehouseError(f"The server is Postgres {version}; this project needs 15 or newer.")
    return connection


def environment() -> dict[str, str]:
    """Variables that let a child process reach the database: all four addresses, and the parts dbt asks for."""
    parts = conninfo_to_dict(url(Role.OWNER))
    names = {"host": "localhost", "port": "5432", "user": "", "password": "", "dbname": "postgres", "sslmode": "prefer"}
    dbt = {f"DBT_PG_{name.upper()}": str(parts.get(name) or default) for name, default in names.items()}
    return {role.variable: url(role) for role in Role} | dbt
