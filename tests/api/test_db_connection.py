"""PipelinedConnection: statements of a pipeline are one transaction, also behind a pooler."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
import pytest
from psycopg import errors

from api.db.connection import PipelinedConnection
from api.db.queries import prepare

T = TypeVar("T")
SET_WORD = prepare("set_word", "select set_config('app.word', %(word)s, true)")
GET_WORD = prepare("get_word", "select nullif(current_setting('app.word', true), '')")
NO_ROW = prepare("no_row", "select 'x' where false")
INSERT_NOTE = prepare("insert_note", "insert into notes values (%(word)s)")
SELECT_NOTES = prepare("select_notes", "select string_agg(word, ' ') from notes")
DIVIDE = prepare("divide", "select (1 / %(by)s::integer)::text")
PARAMETERS = {"word": "it's \\ a wörd"}


def run(url: str, scenario: Callable[[PipelinedConnection], Awaitable[T]]) -> T:
    """Runs a scenario on one connection."""

    async def connect() -> T:
        async with await PipelinedConnection.connect(url, autocommit=True) as connection:
            await connection.execute("create temporary table notes (word text)")
            return await scenario(connection)

    return asyncio.run(connect())


def test_pipeline__returns_the_last_result_and_keeps_no_setting(database_url: str) -> None:
    async def scenario(connection: PipelinedConnection) -> list[bytes | None]:
        result = await connection.execute_pipeline([SET_WORD, GET_WORD], PARAMETERS)
        return [
            result,
            await connection.execute_pipeline([GET_WORD], {}),
            await connection.execute_pipeline([NO_ROW], {}),
        ]

    assert run(database_url, scenario) == [PARAMETERS["word"].encode(), None, None]


def test_pipeline__rolls_back_on_an_error_and_stays_usable(database_url: str) -> None:
    async def scenario(connection: PipelinedConnection) -> list[bytes | None]:
        with pytest.raises(errors.DivisionByZero):
            await connection.execute_pipeline([INSERT_NOTE, DIVIDE], PARAMETERS | {"by": 0})
        before = await connection.execute_pipeline([SELECT_NOTES], {})
        return [
            before,
            await connection.execute_pipeline([INSERT_NOTE, DIVIDE], PARAMETERS | {"by": 1}),
            await connection.execute_pipeline([SELECT_NOTES], {}),
        ]

    assert run(database_url, scenario) == [None, b"1", PARAMETERS["word"].encode()]


def test_pipeline__prepares_again_after_a_pooler_switched_the_server_session(database_url: str) -> None:
    """One statement is no longer prepared, another one already is."""

    async def scenario(connection: PipelinedConnection) -> bytes | None:
        await connection.execute_pipeline([INSERT_NOTE, GET_WORD], PARAMETERS)
        await connection.execute("deallocate all")
        await connection.execute(b"prepare " + SELECT_NOTES.name + b" as " + SELECT_NOTES.text)
        return await connection.execute_pipeline([INSERT_NOTE, SELECT_NOTES], PARAMETERS)

    assert run(database_url, scenario) == " ".join([PARAMETERS["word"]] * 2).encode()


def test_pipeline__raises_on_a_lost_connection(database_url: str) -> None:
    async def scenario(connection: PipelinedConnection) -> bool:
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 60000)", [connection.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            await connection.execute_pipeline([GET_WORD], {})
        return connection.broken

    assert run(database_url, scenario)
