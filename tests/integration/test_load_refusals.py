"""`warehouse load DIR`: everything it refuses, where it says the fault is, and that nothing is loaded."""

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.support.csv_folders import SourceFolder
from tests.support.rows import new_id
from warehouse.errors import WarehouseError
from warehouse.load import load_folder
from warehouse.tables import SOURCE_TABLES

SECRET = "Xanthippe"
"""Stands in the files wherever something is wrong, and must never stand in a message."""


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> SourceFolder:
    return SourceFolder(tmp_path)


def refusal(folder: SourceFolder, database_url: str) -> str:
    """Why the folder is refused; all source tables must be empty then."""
    with pytest.raises(WarehouseError) as refused:
        load_folder(folder.path)
    hidden = refused.value.__context__ is None or refused.value.__suppress_context__
    assert hidden, "a traceback would show what the message hides"
    with psycopg.connect(database_url) as connection:
        for table in SOURCE_TABLES:
            row = connection.execute(f"select count(*) from {table.schema}.{table.name}".encode()).fetchone()
            assert row == (0,), table.name
    return str(refused.value)


def named(columns: str) -> Callable[[SourceFolder], None]:
    return lambda folder: folder.rewrite("utterances", "speaker_label", columns)


FAULTS: dict[str, tuple[Callable[[SourceFolder], None], str]] = {
    "unknown column": (
        named("mood"),
        "utterances.csv line 1: the table utterances has no column mood. It has: id, transcript_id,",
    ),
    "column named twice": (named("text"), "utterances.csv line 1: column text stands there twice."),
    "column without a name": (named(""), "utterances.csv line 1: what stands in place 3 is no column name."),
    "no header": (
        lambda f: f.rewrite("coach_clients", "coach_id,client_id,status\n", f"{SECRET} said,b,c\n"),
        "coach_clients.csv line 1: what stands in place 1 is no column name.",
    ),
    "key column missing": (
        lambda f: f.write("transcripts", ["job_id"], [[f.job]]),
        "transcripts.csv line 1: the column id must be there.",
    ),
    "required column missing": (
        lambda f: f.write("transcripts", ["id"], [[f.transcript]]),
        "transcripts.csv line 1: the column job_id must be there.",
    ),
    "empty where a value must be": (
        lambda f: f.rewrite("utterances", "Good morning.", ""),
        "utterances.csv line 3: text is empty, but must have a value.",
    ),
    "empty key": (
        lambda f: f.rewrite("coach_clients", str(f.client), ""),
        "coach_clients.csv line 2: client_id is empty, but must have a value.",
    ),
    "no number": (
        lambda f: f.rewrite("utterances", ",5,9,1", f",{SECRET},9,1"),
        "utterances.csv line 3: start_time is no numeric(10,3).",
    ),
    "no uuid": (
        lambda f: f.rewrite("transcription_jobs", str(f.coach), SECRET),
        "transcription_jobs.csv line 2: coach_id is no uuid.",
    ),
    "no date": (
        lambda f: f.rewrite("transcription_jobs", "2026-11-01,", "2026-02-30,"),
        "transcription_jobs.csv line 2: session_date is no date.",
    ),
    "number too large": (
        lambda f: f.rewrite("utterances", ",5,9,1", ",5,12345678,1"),
        "utterances.csv line 3: end_time is no numeric(10,3).",
    ),
    "not a number": (
        lambda f: f.rewrite("utterances", ",5,9,1", ",5,NaN,1"),
        "utterances.csv line 3: end_time is not a finite number.",
    ),
    "endless time": (
        lambda f: f.rewrite("transcription_jobs", "2026-11-01,", "infinity,"),
        "transcription_jobs.csv line 2: session_date is not a finite time.",
    ),
    "text that would be cut off": (
        lambda f: f.rewrite("utterances", "client", SECRET * 6),
        "utterances.csv line 3: speaker_label is longer than 50 characters.",
    ),
    "no json": (
        lambda f: f.write(
            "session_summaries", ["id", "job_id", "key_topics"], [[new_id(), f.job, f'{{"a": {SECRET}']]
        ),
        "session_summaries.csv line 2: key_topics is no jsonb.",
    ),
    "broken reference": (
        lambda f: f.rewrite("utterances", str(f.transcript), str(new_id())),
        "utterances.csv lines 2, 3: transcript_id names a row that ai_backend.transcripts doesn't have.",
    ),
    "broken reference of the second kind": (
        lambda f: f.write(
            "session_summaries", ["id", "job_id", "transcript_id"], [[new_id(), f.job, new_id()]]
        ),
        "session_summaries.csv line 2: transcript_id names a row that ai_backend.transcripts doesn't have.",
    ),
    "same key twice": (
        lambda f: f.rewrite("utterances", str(f.spoken[1]), str(f.spoken[0]).upper()),
        "utterances.csv line 3: the same id stands in an earlier line.",
    ),
    "same pair twice": (
        lambda f: f.write("coach_clients", ["coach_id", "client_id"], [[f.coach, f.client]] * 2),
        "coach_clients.csv line 3: the same coach_id and client_id stands in an earlier line.",
    ),
    "rule of the table": (
        lambda f: f.write(
            "coach_clients",
            ["id", "coach_id", "client_id"],
            [[f.job, f.coach, f.client], [f.job, f.coach, f.coach]],
        ),
        "coach_clients.csv: the rows break a rule of public.coach_clients (coach_clients_pkey).",
    ),
    "too few values": (
        lambda f: f.rewrite("utterances", ",5,9,1", ",5,9"),
        "utterances.csv line 3: 6 values, but the header names 7 columns.",
    ),
    "too many values": (
        lambda f: f.rewrite("utterances", "Good morning.", f"Good morning, {SECRET}."),
        "utterances.csv line 3: 8 values, but the header names 7 columns.",
    ),
    "stray quote": (
        lambda f: f.rewrite("utterances", "Good morning.", f'"Good" {SECRET}'),
        "utterances.csv line 3: not readable as CSV (',' expected after '\"').",
    ),
    "open quote": (
        lambda f: f.rewrite("utterances", "Good morning.", f'"Good {SECRET}'),
        "utterances.csv line 3: not readable as CSV (unexpected end of data).",
    ),
    "zero byte": (
        lambda f: f.rewrite("utterances", "Good morning.", f"Good\0{SECRET}"),
        "utterances.csv line 3: holds a zero byte, which no text can.",
    ),
    "empty file": (
        lambda f: f.rewrite("transcripts", f.text("transcripts"), ""),
        "transcripts.csv line 1: the file is empty; its first line must name the columns.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_load__refuses(folder: SourceFolder, database_url: str, fault: str) -> None:
    spoil, expected = FAULTS[fault]
    spoil(folder)
    message = refusal(folder, database_url)
    assert message.startswith(expected)
    assert message.endswith(" Nothing was loaded.") or "line 1" in message
    assert SECRET not in message


def test_load__refuses_the_last_file_and_takes_the_others_back(
    folder: SourceFolder, database_url: str
) -> None:
    folder.write("session_summaries", ["id", "job_id"], [[new_id(), new_id()]])
    assert refusal(folder, database_url).startswith("session_summaries.csv line 2: job_id names a row")


def test_load__names_lines_as_an_editor_counts_them(folder: SourceFolder, database_url: str) -> None:
    folder.spoken += [new_id(), new_id()]
    folder.write_utterances(["one\ntwo\r\nthree", "", '"four"\n\nfive', ""])
    assert refusal(folder, database_url).startswith("utterances.csv lines 5, 9: text is empty")


def test_load__names_the_first_five_lines_only(folder: SourceFolder, database_url: str) -> None:
    folder.spoken = [new_id() for _ in range(9)]
    folder.write_utterances([""] * 9)
    assert refusal(folder, database_url).startswith(
        "utterances.csv lines 2, 3, 4, 5, 6 and more: text is empty"
    )


@pytest.mark.parametrize("rows_before", [1, 3000])
def test_load__names_the_line_that_is_no_utf_8(
    folder: SourceFolder, database_url: str, rows_before: int
) -> None:
    folder.spoken = [new_id() for _ in range(rows_before + 1)]
    folder.write_utterances(["Good morning."] * rows_before + ["Au revoir, André."])
    file = folder.path / "utterances.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("latin-1"))
    expected = f"utterances.csv line {rows_before + 2}: not readable as UTF-8. Nothing was loaded."
    assert refusal(folder, database_url) == expected


def test_load__refuses_a_header_that_is_no_utf_8(folder: SourceFolder, database_url: str) -> None:
    (folder.path / "transcripts.csv").write_bytes("id,jób_id\n".encode("utf-16"))
    assert refusal(folder, database_url).startswith("transcripts.csv line 1: not readable as UTF-8.")


def test_load__shows_no_value_that_a_trigger_complains_about(folder: SourceFolder, database_url: str) -> None:
    folder.write_utterances([SECRET, "Good morning."])
    with psycopg.connect(database_url) as connection:
        connection.execute("""
            create function loud() returns trigger language plpgsql as
            $$ begin raise exception 'bad: %', new.text using errcode = 'invalid_text_representation'; end $$;
            create trigger loud before insert on ai_backend.utterances for each row execute function loud();
        """)
        connection.commit()
        try:
            message = refusal(folder, database_url)
        finally:
            connection.execute("drop function loud cascade")
    assert message == (
        "utterances.csv: the rows break a rule of ai_backend.utterances (InvalidTextRepresentation, SQLSTATE "
        "22P02). Nothing was loaded."
    )


def test_load__refuses_a_folder_without_any_source_file(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "notes.csv").write_text("a\n1\n")
    with pytest.raises(
        WarehouseError, match=r"holds none of the files coach_clients\.csv, transcription_jobs"
    ):
        load_folder(tmp_path)


def test_load__refuses_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"xx can't be read: File name too long\."):
        load_folder(tmp_path / ("x" * 300))


def test_load__refuses_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=re.escape(f"{tmp_path / 'absent'} is not a folder.")):
        load_folder(tmp_path / "absent")
