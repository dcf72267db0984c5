"""`warehouse load DIR`: every validation error, its position, and that nothing is loaded."""

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.support.csv_directories import SourceDirectory
from tests.support.rows import new_id
from warehouse.errors import WarehouseError
from warehouse.load import load_directory
from warehouse.tables import SOURCE_TABLES

SECRET = "Xanthippe"
"""A value in the invalid rows that no message may contain."""


@pytest.fixture
def directory(tmp_path: Path, database_url: str) -> SourceDirectory:
    return SourceDirectory(tmp_path)


def error_message(directory: SourceDirectory, database_url: str) -> str:
    """The error message; all source tables must be empty."""
    with pytest.raises(WarehouseError) as raised:
        load_directory(directory.path)
    hidden = raised.value.__context__ is None or raised.value.__suppress_context__
    assert hidden, "the traceback must not show values"
    with psycopg.connect(database_url) as connection:
        for table in SOURCE_TABLES:
            row = connection.execute(f"select count(*) from {table.schema}.{table.name}".encode()).fetchone()
            assert row == (0,), table.name
    return str(raised.value)


def named(columns: str) -> Callable[[SourceDirectory], None]:
    return lambda directory: directory.rewrite("utterances", "speaker_label", columns)


ERRORS: dict[str, tuple[Callable[[SourceDirectory], None], str]] = {
    "unknown column": (
        named("mood"),
        "utterances.csv line 1: the table utterances has no column mood. It has: id, transcript_id,",
    ),
    "duplicate column": (named("text"), "utterances.csv line 1: duplicate column text."),
    "column without a name": (named(""), "utterances.csv line 1: column 3 has an invalid name."),
    "missing header": (
        lambda f: f.rewrite("coach_clients", "coach_id,client_id,status\n", f"{SECRET} said,b,c\n"),
        "coach_clients.csv line 1: column 1 has an invalid name.",
    ),
    "key column missing": (
        lambda f: f.write("transcripts", ["job_id"], [[f.job]]),
        "transcripts.csv line 1: the column id is missing.",
    ),
    "required column missing": (
        lambda f: f.write("transcripts", ["id"], [[f.transcript]]),
        "transcripts.csv line 1: the column job_id is missing.",
    ),
    "missing value": (
        lambda f: f.rewrite("utterances", "Good morning.", ""),
        "utterances.csv line 3: text is required.",
    ),
    "empty key": (
        lambda f: f.rewrite("coach_clients", str(f.client), ""),
        "coach_clients.csv line 2: client_id is required.",
    ),
    "invalid number": (
        lambda f: f.rewrite("utterances", ",5,9,1", f",{SECRET},9,1"),
        "utterances.csv line 3: start_time is not a valid numeric(10,3).",
    ),
    "invalid uuid": (
        lambda f: f.rewrite("transcription_jobs", str(f.coach), SECRET),
        "transcription_jobs.csv line 2: coach_id is not a valid uuid.",
    ),
    "invalid date": (
        lambda f: f.rewrite("transcription_jobs", "2026-11-01,", "2026-02-30,"),
        "transcription_jobs.csv line 2: session_date is not a valid date.",
    ),
    "number too large": (
        lambda f: f.rewrite("utterances", ",5,9,1", ",5,12345678,1"),
        "utterances.csv line 3: end_time is not a valid numeric(10,3).",
    ),
    "not a number": (
        lambda f: f.rewrite("utterances", ",5,9,1", ",5,NaN,1"),
        "utterances.csv line 3: end_time is not a finite number.",
    ),
    "infinite date": (
        lambda f: f.rewrite("transcription_jobs", "2026-11-01,", "infinity,"),
        "transcription_jobs.csv line 2: session_date is not a finite date or timestamp.",
    ),
    "text too long": (
        lambda f: f.rewrite("utterances", "client", SECRET * 6),
        "utterances.csv line 3: speaker_label is longer than 50 characters.",
    ),
    "invalid json": (
        lambda f: f.write(
            "session_summaries", ["id", "job_id", "key_topics"], [[new_id(), f.job, f'{{"a": {SECRET}']]
        ),
        "session_summaries.csv line 2: key_topics is not a valid jsonb.",
    ),
    "violated foreign key": (
        lambda f: f.rewrite("utterances", str(f.transcript), str(new_id())),
        "utterances.csv lines 2, 3: transcript_id references a row that ai_backend.transcripts does not ",
    ),
    "violated second foreign key": (
        lambda f: f.write(
            "session_summaries", ["id", "job_id", "transcript_id"], [[new_id(), f.job, new_id()]]
        ),
        "session_summaries.csv line 2: transcript_id references a row that ai_backend.transcripts does not ",
    ),
    "duplicate key": (
        lambda f: f.rewrite("utterances", str(f.spoken[1]), str(f.spoken[0]).upper()),
        "utterances.csv line 3: duplicate id.",
    ),
    "duplicate pair": (
        lambda f: f.write("coach_clients", ["coach_id", "client_id"], [[f.coach, f.client]] * 2),
        "coach_clients.csv line 3: duplicate coach_id and client_id.",
    ),
    "violated constraint": (
        lambda f: f.write(
            "coach_clients",
            ["id", "coach_id", "client_id"],
            [[f.job, f.coach, f.client], [f.job, f.coach, f.coach]],
        ),
        "coach_clients.csv: the rows violate coach_clients_pkey of public.coach_clients.",
    ),
    "too few values": (
        lambda f: f.rewrite("utterances", ",5,9,1", ",5,9"),
        "utterances.csv line 3: 6 values, but the header has 7 columns.",
    ),
    "too many values": (
        lambda f: f.rewrite("utterances", "Good morning.", f"Good morning, {SECRET}."),
        "utterances.csv line 3: 8 values, but the header has 7 columns.",
    ),
    "stray quote": (
        lambda f: f.rewrite("utterances", "Good morning.", f'"Good" {SECRET}'),
        "utterances.csv line 3: invalid CSV (',' expected after '\"').",
    ),
    "open quote": (
        lambda f: f.rewrite("utterances", "Good morning.", f'"Good {SECRET}'),
        "utterances.csv line 3: invalid CSV (unexpected end of data).",
    ),
    "zero byte": (
        lambda f: f.rewrite("utterances", "Good morning.", f"Good\0{SECRET}"),
        "utterances.csv line 3: contains a zero byte, which is invalid in text.",
    ),
    "empty file": (
        lambda f: f.rewrite("transcripts", f.text("transcripts"), ""),
        "transcripts.csv line 1: the file is empty; its first line must name the columns.",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_load__rejects(directory: SourceDirectory, database_url: str, case: str) -> None:
    introduce, expected = ERRORS[case]
    introduce(directory)
    message = error_message(directory, database_url)
    assert message.startswith(expected)
    assert message.endswith(" Nothing was loaded.") or "line 1" in message
    assert SECRET not in message


def test_load__rolls_back_the_other_files_when_the_last_is_invalid(
    directory: SourceDirectory, database_url: str
) -> None:
    directory.write("session_summaries", ["id", "job_id"], [[new_id(), new_id()]])
    assert error_message(directory, database_url).startswith(
        "session_summaries.csv line 2: job_id references a row"
    )


def test_load__counts_lines_as_an_editor_does(directory: SourceDirectory, database_url: str) -> None:
    directory.spoken += [new_id(), new_id()]
    directory.write_utterances(["one\ntwo\r\nthree", "", '"four"\n\nfive', ""])
    assert error_message(directory, database_url).startswith("utterances.csv lines 5, 9: text is required")


def test_load__reports_at_most_five_lines(directory: SourceDirectory, database_url: str) -> None:
    directory.spoken = [new_id() for _ in range(9)]
    directory.write_utterances([""] * 9)
    assert error_message(directory, database_url).startswith(
        "utterances.csv lines 2, 3, 4, 5, 6 and more: text is required"
    )


@pytest.mark.parametrize("rows_before", [1, 3000])
def test_load__reports_the_line_with_invalid_utf_8(
    directory: SourceDirectory, database_url: str, rows_before: int
) -> None:
    directory.spoken = [new_id() for _ in range(rows_before + 1)]
    directory.write_utterances(["Good morning."] * rows_before + ["Au revoir, André."])
    file = directory.path / "utterances.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("latin-1"))
    expected = f"utterances.csv line {rows_before + 2}: invalid UTF-8. Nothing was loaded."
    assert error_message(directory, database_url) == expected


def test_load__rejects_a_header_with_invalid_utf_8(directory: SourceDirectory, database_url: str) -> None:
    (directory.path / "transcripts.csv").write_bytes("id,jób_id\n".encode("utf-16"))
    assert error_message(directory, database_url).startswith("transcripts.csv line 1: invalid UTF-8.")


def test_load__hides_values_in_messages_of_triggers(directory: SourceDirectory, database_url: str) -> None:
    directory.write_utterances([SECRET, "Good morning."])
    with psycopg.connect(database_url) as connection:
        connection.execute("""
            create function fail() returns trigger language plpgsql as
            $$ begin raise exception 'bad: %', new.text using errcode = 'invalid_text_representation'; end $$;
            create trigger fail before insert on ai_backend.utterances for each row execute function fail();
        """)
        connection.commit()
        try:
            message = error_message(directory, database_url)
        finally:
            connection.execute("drop function fail cascade")
    assert message == (
        "utterances.csv: the rows violate InvalidTextRepresentation, SQLSTATE 22P02 of "
        "ai_backend.utterances. Nothing was loaded."
    )


def test_load__rejects_a_directory_without_source_files(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "notes.csv").write_text("a\n1\n")
    with pytest.raises(
        WarehouseError, match=r"contains none of the files coach_clients\.csv, transcription_jobs"
    ):
        load_directory(tmp_path)


def test_load__rejects_an_unreadable_directory(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"Cannot read .*xx: File name too long\."):
        load_directory(tmp_path / ("x" * 300))


def test_load__rejects_a_path_that_is_not_a_directory(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=re.escape(f"{tmp_path / 'absent'} is not a directory.")):
        load_directory(tmp_path / "absent")
