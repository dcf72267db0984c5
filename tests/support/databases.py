"""Databases for tests: real ones, on a real server, each test module its own."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_numbers = itertools.count(1)


def with_database(url: str, name: str) -> str:
    """The same server and log-in, another database; keeps the form of an address."""
    if "://" not in url:
        return make_conninfo(url, dbname=name)
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@contextmanager
def fresh_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The address of a new database, a copy of `template` if given; dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    source = sql.SQL(" template {}").format(sql.Identifier(template)) if template else sql.SQL("")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)) + source)
    try:
        yield with_database(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def database_name(url: str) -> str:
    """Name of the database in an address."""
    return str(conninfo_to_dict(url)["dbname"])


def as_role(url: str, role: str) -> str:
    """The owner's address, acting as another role from the start."""
    return make_conninfo(url, options=f"-c role={role}")
