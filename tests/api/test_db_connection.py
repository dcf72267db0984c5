"""Statements sent together are one transaction, whatever the server behind the connection knows already."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
import pytest
from psycopg import errors

from api.db.connection import Connection
from api.db.queries import prepare

Found = TypeVar("Found")
KEEP = prepare("keep", "select set_config('app.word', %(word)s, true)")
TELL = prepare("tell", "select nullif(current_setting('app.word', true), '')")
NOTHING = prepare("nothing", "select 'x' where false")
NOTE = prepare("note", "insert into notes values (%(word)s)")
NOTES = prepare("notes", "select string_agg(word, ' ') from notes")
DIVIDE = prepare("divide", "select (1 / %(by)s::integer)::text")
WORD = {"word": "it's \\ a wörd"}


def over(url: str, talk: Callable[[Connection], Awaitable[Found]]) -> Found:
    """What a talk over one connection finds."""

    async def found() -> Found:
        async with await Connection.connect(url, autocommit=True) as connection:
            await connection.execute("create temporary table notes (word text)")
            return await talk(connection)

    return asyncio.run(found())


def test_ask__answers_with_the_last_statement_and_leaves_no_setting(database_url: str) -> None:
    async def talk(connection: Connection) -> list[bytes | None]:
        together = await connection.ask([KEEP, TELL], WORD)
        return [together, await connection.ask([TELL], {}), await connection.ask([NOTHING], {})]

    assert over(database_url, talk) == [WORD["word"].encode(), None, None]


def test_ask__undoes_everything_when_one_statement_fails_and_goes_on(database_url: str) -> None:
    async def talk(connection: Connection) -> list[bytes | None]:
        with pytest.raises(errors.DivisionByZero):
            await connection.ask([NOTE, DIVIDE], WORD | {"by": 0})
        before = await connection.ask([NOTES], {})
        return [
            before,
            await connection.ask([NOTE, DIVIDE], WORD | {"by": 1}),
            await connection.ask([NOTES], {}),
        ]

    assert over(database_url, talk) == [None, b"1", WORD["word"].encode()]


def test_ask__prepares_anew_where_another_server_stands_behind_the_connection(database_url: str) -> None:
    """As behind a pooler: one statement is no longer there, another one already is."""

    async def talk(connection: Connection) -> bytes | None:
        await connection.ask([NOTE, TELL], WORD)
        await connection.execute("deallocate all")
        await connection.execute(b"prepare " + NOTES.name + b" as " + NOTES.text)
        return await connection.ask([NOTE, NOTES], WORD)

    assert over(database_url, talk) == " ".join([WORD["word"]] * 2).encode()


def test_ask__says_that_the_connection_was_lost(database_url: str) -> None:
    async def talk(connection: Connection) -> bool:
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 60000)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            await connection.ask([TELL], {})
        return connection.broken

    assert over(database_url, talk)
