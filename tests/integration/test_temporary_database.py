"""A temporary database is migrated, named by DATABASE_URL, and dropped afterwards."""

import os

import psycopg
import pytest

from tests.support.databases import database_name
from warehouse.connection import LoginRole, url
from warehouse.ephemeral import temporary_database

NAME = f"temporary_{os.getpid()}"


def exists(server_url: str) -> bool:
    with psycopg.connect(server_url) as connection:
        found = connection.execute("select from pg_database where datname = %s", [NAME]).fetchone()
    return found is not None


def test_temporary_database__is_used_by_every_login_role(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUES_DATABASE_URL", database_url)
    with temporary_database(NAME) as own:
        assert {database_name(url(role)) for role in LoginRole} == {NAME}
        with psycopg.connect(own) as connection:
            assert connection.execute("select count(*) from ai_backend.transcription_jobs").fetchone() == (0,)
    assert os.environ["DATABASE_URL"] == os.environ["CUES_DATABASE_URL"] == database_url
    assert not exists(database_url)


def test_temporary_database__is_dropped_after_an_error_and_replaces_an_existing_one(
    database_url: str,
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"create database {NAME}".encode())
    with pytest.raises(ZeroDivisionError), temporary_database(NAME):
        raise ZeroDivisionError
    assert not exists(database_url)
