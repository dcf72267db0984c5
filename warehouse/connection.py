"""Which address each party connects to (architecture page, "Roles")."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from warehouse import embedded
from warehouse.errors import WarehouseError

PORTS = re.compile(r"[\d,]*")
"""One port, or one for each host; empty: the usual one."""
OLDEST_SERVER = 150000
"""Postgres 15: the first with security_invoker views."""


class LoginRole(StrEnum):
    """The parties that log in."""

    OWNER = "owner"
    CUES = "cues"
    API = "api"
    ANALYST = "analyst"

    @property
    def variable(self) -> str:
        """The environment variable that names this party's log-in."""
        return "DATABASE_URL" if self is LoginRole.OWNER else f"{self.value.upper()}_DATABASE_URL"

    @property
    def database_role(self) -> str:
        """The Postgres role that holds this party's rights."""
        return f"warehouse_{self.value}"


def is_external_server() -> bool:
    """Whether DATABASE_URL names the server, so that the embedded one stays out of it."""
    return bool(os.environ.get(LoginRole.OWNER.variable))


def url(role: LoginRole | str = LoginRole.OWNER) -> str:
    """The address for `role`: its own variable, else the owner's with rights given up, else the local server.

    Raises WarehouseError when no variable is set and the embedded server isn't running.
    """
    role = LoginRole(role)
    if given := os.environ.get(role.variable):
        return given
    if owner := os.environ.get(LoginRole.OWNER.variable):
        return _with_role(owner, role.database_role)
    server = embedded.running()
    if server is None:
        raise WarehouseError(
            "The local Postgres isn't running. Start it with `warehouse up`, or set DATABASE_URL."
        )
    return server.url(role.database_role)


def _with_role(owner: str, database_role: str) -> str:
    """The owner's log-in, its rights given up. A convenience, not a wall: `reset role` undoes it."""
    options = parse_url(owner, LoginRole.OWNER).get("options")
    return make_conninfo(owner, options=f"{options or ''} -c role={database_role}".strip())


def parse_url(address: str, role: LoginRole) -> dict[str, str]:
    """Parts of an address by libpq's names. Raises WarehouseError, without showing it, when it is none."""
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(address).items() if value is not None}
        # A bare @ or / in a password makes the rest of it host or port, which error messages would show.
        if "@" in parts.get("host", "")[1:] or not PORTS.fullmatch(parts.get("port", "")):
            raise psycopg.ProgrammingError
    except psycopg.ProgrammingError:
        raise WarehouseError(
            f"{role.variable} is not an address. Write postgresql://user:password@host:port/database, with "
            "special characters of the password percent-encoded."
        ) from None
    return parts


def connect(role: LoginRole | str = LoginRole.OWNER, *, autocommit: bool = False) -> psycopg.Connection:
    """A connection as `role`.

    Raises WarehouseError when the server can't be reached or is older than Postgres 15.
    """
    role = LoginRole(role)
    address = url(role)
    parse_url(address, role)
    try:
        connection = psycopg.connect(address, autocommit=autocommit, connect_timeout=10)
    except psycopg.OperationalError as error:
        # The last host's; what is indented explains the line before.
        reason = [line for line in str(error).strip().splitlines() if not line.startswith(("\t", " "))][-1]
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
    """Variables that let a child process reach the database: four addresses, and the parts dbt asks for."""
    parts = parse_url(url(LoginRole.OWNER), LoginRole.OWNER)
    user = parts.get("user") or os.environ.get("PGUSER", "")
    # What an address leaves out, libpq takes from these places; dbt would guess on its own.
    defaults = {
        "host": os.environ.get("PGHOST", "localhost"),
        "port": os.environ.get("PGPORT", "5432"),
        "user": user,
        "password": os.environ.get("PGPASSWORD", ""),
        "dbname": os.environ.get("PGDATABASE") or user,
        "sslmode": os.environ.get("PGSSLMODE", "prefer"),
    }
    dbt = {f"DBT_PG_{name.upper()}": parts.get(name) or default for name, default in defaults.items()}
    return {role.variable: url(role) for role in LoginRole} | dbt


@contextmanager
def temporary_environment(**more: str) -> Iterator[None]:
    """`environment()` and `more` for this process itself while the block runs; as before afterwards."""
    with temporary_variables(environment() | more):
        yield


@contextmanager
def temporary_variables(wanted: Mapping[str, str | None]) -> Iterator[None]:
    """These environment variables while the block runs, absent where None is wanted; as before afterwards."""
    before = {name: os.environ.get(name) for name in wanted}
    _set(wanted)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
