"""Temporary databases and servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from warehouse import embedded
from warehouse.connection import LoginRole, temporary_variables, url
from warehouse.login_roles import migrate_and_create_login_roles
from warehouse.migrate import migrate


@contextmanager
def temporary_database(name: str) -> Iterator[str]:
    """Create a migrated database on the same server, yield the owner's URL, and drop the database afterwards.

    DATABASE_URL names it while the block runs; the variables of the other login roles are unset, because they
    name the original database. An existing database of this name is dropped first.
    """
    server_url = url()
    _drop(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    own = make_conninfo(server_url, dbname=name)
    others = {role.variable: None for role in LoginRole if role is not LoginRole.OWNER}
    try:
        with temporary_variables({LoginRole.OWNER.variable: own, **others}):
            migrate()
            yield own
    finally:
        _drop(server_url, name)


@contextmanager
def temporary_server(home: Path) -> Iterator[None]:
    """Start an embedded server under `home` with migrations and login roles; removed afterwards.

    The environment names it while the block runs. Raises WarehouseError if it cannot be started.
    """
    with temporary_variables({"WAREHOUSE_HOME": str(home), **{role.variable: None for role in LoginRole}}):
        try:
            embedded.up()
            migrate_and_create_login_roles()
            yield
        finally:
            embedded.remove()


def _drop(server_url: str, name: str) -> None:
    drop = sql.SQL("drop database if exists {}").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as server:
        try:
            server.execute(drop + sql.SQL(" with (force)"))
        except errors.InsufficientPrivilege:
            # an owner may not terminate a running autovacuum by force; without force it ends itself
            server.execute(drop)
