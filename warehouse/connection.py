"""Database URLs and connections of the login roles."""

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
"""One port, or one for each host; empty: the default."""
MIN_SERVER_VERSION = 150000
"""Postgres 15, the first version with security_invoker views."""


class LoginRole(StrEnum):
    """Login roles of the database."""

    OWNER = "owner"
    CUES = "cues"
    API = "api"
    ANALYST = "analyst"

    @property
    def variable(self) -> str:
        """Environment variable with the role's URL."""
        return "DATABASE_URL" if self is LoginRole.OWNER else f"{self.value.upper()}_DATABASE_URL"

    @property
    def database_role(self) -> str:
        """Name of the Postgres role."""
        return f"warehouse_{self.value}"


def is_external_server() -> bool:
    """Return whether DATABASE_URL names the server, so that the embedded one is not used."""
    return bool(os.environ.get(LoginRole.OWNER.variable))


def url(role: LoginRole | str = LoginRole.OWNER) -> str:
    """Return the URL of `role`: its own variable, else the owner's with `set role`, else the local server.

    Raises WarehouseError if no variable is set and the embedded server is not running.
    """
    role = LoginRole(role)
    if configured := os.environ.get(role.variable):
        return configured
    if owner := os.environ.get(LoginRole.OWNER.variable):
        return _with_role(owner, role.database_role)
    server = embedded.running()
    if server is None:
        raise WarehouseError(
            "The local Postgres is not running. Start it with `warehouse up`, or set DATABASE_URL."
        )
    return server.url(role.database_role)


def _with_role(owner: str, database_role: str) -> str:
    """Return the owner's URL with `set role`. Not a security boundary: `reset role` undoes it."""
    options = parse_url(owner, LoginRole.OWNER).get("options")
    return make_conninfo(owner, options=f"{options or ''} -c role={database_role}".strip())


def parse_url(conninfo: str, role: LoginRole) -> dict[str, str]:
    """Return the parts of a URL by libpq's names; the WarehouseError for an invalid one does not show it."""
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items() if value is not None}
        # an unencoded @ or / makes a part of the password host or port, which error messages would show
        if "@" in parts.get("host", "")[1:] or not PORTS.fullmatch(parts.get("port", "")):
            raise psycopg.ProgrammingError
    except psycopg.ProgrammingError:
        raise WarehouseError(
            f"{role.variable} is not a valid URL. Use postgresql://user:password@host:port/database, with "
            "special characters of the password percent-encoded."
        ) from None
    return parts


def connect(role: LoginRole | str = LoginRole.OWNER, *, autocommit: bool = False) -> psycopg.Connection:
    """Connect as `role`.

    Raises WarehouseError if the server cannot be reached or is older than Postgres 15.
    """
    role = LoginRole(role)
    conninfo = url(role)
    parse_url(conninfo, role)
    try:
        connection = psycopg.connect(conninfo, autocommit=autocommit, connect_timeout=10)
    except psycopg.OperationalError as error:
        # the message of the last host, without the indented explanation
        reason = [line for line in str(error).strip().splitlines() if not line.startswith(("\t", " "))][-1]
        raise WarehouseError(
            f"Cannot connect as {role.value} ({role.variable}): {reason}. "
            "Check the URL, that the server is running, and that `warehouse migrate` was run."
        ) from None
    if connection.info.server_version < MIN_SERVER_VERSION:
        version = connection.info.server_version // 10000
        connection.close()
        raise WarehouseError(f"The server is Postgres {version}; this project requires 15 or later.")
    return connection


def environment() -> dict[str, str]:
    """Return the variables for child processes: the four URLs, and the parts that profiles.yml reads."""
    parts = parse_url(url(LoginRole.OWNER), LoginRole.OWNER)
    user = parts.get("user") or os.environ.get("PGUSER", "")
    # libpq takes missing parts from these variables; dbt would use its own defaults
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
    """Set `environment()` and `more` in this process while the block runs."""
    with temporary_variables(environment() | more):
        yield


@contextmanager
def temporary_variables(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set environment variables while the block runs; None unsets a variable."""
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
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
