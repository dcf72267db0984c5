"""`warehouse load DIR`: what it writes, and that a second load of the same files changes nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.csv_folders import SourceFolder
from tests.support.databases import fresh_database
from warehouse.errors import WarehouseError
from warehouse.load import load_folder
from warehouse.tables import SOURCE_TABLES

TABLES = [f"{table.schema}.{table.name}" for table in SOURCE_TABLES]


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> Iterator[SourceFolder]:
    yield SourceFolder(tmp_path)
    with psycopg.connect(database_url) as connection:
        connection.execute(f"truncate {', '.join(TABLES)} cascade")


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def versions(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """The place and writing transaction of every row: equal before and after when nothing was written."""
    return {table: rows(url, f"select ctid::text, xmin::text from {table} order by 1") for table in TABLES}


def test_load__writes_every_file_and_says_so(folder: SourceFolder, database_url: str) -> None:
    (folder.path / "notes.csv").write_text("a\n1\n")
    assert load_folder(folder.path) == [
        "coach_clients.csv: 1 rows new or changed",
        "transcription_jobs.csv: 1 rows new or changed",
        "transcripts.csv: 1 rows new or changed",
        "utterances.csv: 2 rows new or changed",
        "notes.csv: not a source table, left alone",
    ]
    assert rows(
        database_url,
        "select speaker_label, text, start_time, end_time, intent from ai_backend.utterances "
        "order by sequence_number",
    ) == [("coach", "Hello.", 0, 4, None), ("client", "Good morning.", 5, 9, None)]


def test_load__of_the_same_files_changes_nothing(folder: SourceFolder, database_url: str) -> None:
    load_folder(folder.path)
    before = versions(database_url)
    assert [line.split(": ")[1] for line in load_folder(folder.path)] == ["0 rows new or changed"] * 4
    assert versions(database_url) == before


def test_load__several_at_once_follow_one_another(folder: SourceFolder) -> None:
    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load_folder, folder.path) for _ in range(4)]
    written = sorted(load.result()[0] for load in loads)
    assert written == ["coach_clients.csv: 0 rows new or changed"] * 3 + [
        "coach_clients.csv: 1 rows new or changed"
    ]


def test_load__updates_changed_rows_only_and_marks_their_job(folder: SourceFolder, database_url: str) -> None:
    load_folder(folder.path)
    untouched = f"select xmin::text from ai_backend.utterances where id = '{folder.spoken[0]}'"
    updated_at = "select updated_at from ai_backend.transcription_jobs"
    first, moment = rows(database_url, untouched), rows(database_url, updated_at)
    folder.rewrite("utterances", "Good morning.", "Good evening.")
    assert load_folder(folder.path)[3] == "utterances.csv: 1 rows new or changed"
    assert rows(database_url, "select text from ai_backend.utterances order by sequence_number") == [
        ("Hello.",),
        ("Good evening.",),
    ]
    assert rows(database_url, untouched) == first
    assert rows(database_url, updated_at) > moment
    # and the job's older updated_at in the file does not take the mark back
    before = versions(database_url)
    load_folder(folder.path)
    assert versions(database_url) == before


def test_load__takes_a_job_s_updated_at_as_it_stands_in_the_file(
    folder: SourceFolder, database_url: str
) -> None:
    load_folder(folder.path)
    query = "select updated_at = '2026-11-01 09:00+00' from ai_backend.transcription_jobs"
    assert rows(database_url, query) == [(True,)]


def test_load__knows_a_relationship_by_coach_and_client(folder: SourceFolder, database_url: str) -> None:
    load_folder(folder.path)
    query = "select id, status from public.coach_clients"
    ((identity, _),) = rows(database_url, query)
    folder.rewrite("coach_clients", "active", "ended")
    load_folder(folder.path)
    assert rows(database_url, query) == [(identity, "ended")]


def test_load__leaves_columns_alone_that_a_file_does_not_name(
    folder: SourceFolder, database_url: str
) -> None:
    load_folder(folder.path)
    columns = ["id", "coach_id", "client_id", "session_title"]
    folder.write("transcription_jobs", columns, [[folder.job, folder.coach, folder.client, "First"]])
    load_folder(folder.path)
    query = "select status, session_title from ai_backend.transcription_jobs"
    assert rows(database_url, query) == [("completed", "First")]


def test_load__reads_an_empty_field_as_null_and_text_as_it_stands(
    folder: SourceFolder, database_url: str
) -> None:
    text = 'He said: "no", \\N and\nthen,\r\nnothing, é'
    folder.write_utterances([text, " "])
    folder.rewrite("transcripts", "0.9", "")
    load_folder(folder.path)
    assert rows(database_url, "select confidence_score from ai_backend.transcripts") == [(None,)]
    query = "select text from ai_backend.utterances order by sequence_number"
    assert rows(database_url, query) == [(text,), (" ",)]


def test_load__takes_an_utterance_that_ends_before_it_starts(folder: SourceFolder, database_url: str) -> None:
    folder.rewrite("utterances", ",5,9,1", ",5,3,1")
    load_folder(folder.path)
    query = "select start_time, end_time from ai_backend.utterances where sequence_number = 1"
    assert rows(database_url, query) == [(5, 3)]


def test_load__reads_a_time_without_a_zone_as_utc(
    folder: SourceFolder, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    folder.rewrite("transcription_jobs", "2026-11-01T09:00:00+00:00", "2026-11-01 09:00")
    load_folder(folder.path)
    query = "select completed_at = '2026-11-01 09:00+00' from ai_backend.transcription_jobs"
    assert rows(database_url, query) == [(True,)]


def test_load__takes_a_byte_order_mark_and_other_line_ends(folder: SourceFolder, database_url: str) -> None:
    for file in folder.path.glob("*.csv"):
        text = file.read_text().replace("\r\n", "\n")
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    load_folder(folder.path)
    assert rows(database_url, "select count(*) from ai_backend.utterances") == [(2,)]


def test_load__takes_a_file_that_holds_a_header_only(folder: SourceFolder) -> None:
    folder.write("session_summaries", ["id", "job_id"], [])
    assert load_folder(folder.path)[4] == "session_summaries.csv: 0 rows new or changed"


def test_load__needs_the_tables(
    folder: SourceFolder, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database(server_url) as empty:
        monkeypatch.setenv("DATABASE_URL", empty)
        with pytest.raises(
            WarehouseError, match=r"public\.coach_clients is missing: run `warehouse migrate`"
        ):
            load_folder(folder.path)


def test_load__brings_all_66_real_dialogues(
    database_url: str, annomi_dir: Path, folder: SourceFolder
) -> None:
    load_folder(annomi_dir)
    assert rows(database_url, "select count(*) from ai_backend.transcription_jobs") == [(66,)]
    (count,) = rows(database_url, "select count(*) from ai_backend.utterances")
    assert count[0] > 5500
    before = versions(database_url)
    load_folder(annomi_dir)
    assert versions(database_url) == before
