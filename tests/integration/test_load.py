"""`warehouse load DIR`: the rows it writes; a second load of the same files changes nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.csv_directories import SourceDirectory
from tests.support.databases import fresh_database
from warehouse.errors import WarehouseError
from warehouse.load import load_directory
from warehouse.tables import SOURCE_TABLES

TABLES = [f"{table.schema}.{table.name}" for table in SOURCE_TABLES]


@pytest.fixture
def directory(tmp_path: Path, database_url: str) -> Iterator[SourceDirectory]:
    yield SourceDirectory(tmp_path)
    with psycopg.connect(database_url) as connection:
        connection.execute(f"truncate {', '.join(TABLES)} cascade")


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def versions(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Position and writing transaction of every row; unchanged when nothing was written."""
    return {table: rows(url, f"select ctid::text, xmin::text from {table} order by 1") for table in TABLES}


def test_load__writes_and_reports_every_file(directory: SourceDirectory, database_url: str) -> None:
    (directory.path / "notes.csv").write_text("a\n1\n")
    assert load_directory(directory.path) == [
        "coach_clients.csv: 1 rows new or changed",
        "transcription_jobs.csv: 1 rows new or changed",
        "transcripts.csv: 1 rows new or changed",
        "utterances.csv: 2 rows new or changed",
        "notes.csv: not a source table, ignored",
    ]
    assert rows(
        database_url,
        "select speaker_label, text, start_time, end_time, intent from ai_backend.utterances "
        "order by sequence_number",
    ) == [("coach", "Hello.", 0, 4, None), ("client", "Good morning.", 5, 9, None)]


def test_load__of_the_same_files_changes_nothing(directory: SourceDirectory, database_url: str) -> None:
    load_directory(directory.path)
    before = versions(database_url)
    assert [line.split(": ")[1] for line in load_directory(directory.path)] == ["0 rows new or changed"] * 4
    assert versions(database_url) == before


def test_load__concurrent_loads_are_serialized(directory: SourceDirectory) -> None:
    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load_directory, directory.path) for _ in range(4)]
    written = sorted(load.result()[0] for load in loads)
    assert written == ["coach_clients.csv: 0 rows new or changed"] * 3 + [
        "coach_clients.csv: 1 rows new or changed"
    ]


def test_load__updates_only_changed_rows_and_touches_their_job(
    directory: SourceDirectory, database_url: str
) -> None:
    load_directory(directory.path)
    untouched = f"select xmin::text from ai_backend.utterances where id = '{directory.spoken[0]}'"
    updated_at = "select updated_at from ai_backend.transcription_jobs"
    first, timestamp = rows(database_url, untouched), rows(database_url, updated_at)
    directory.rewrite("utterances", "Good morning.", "Good evening.")
    assert load_directory(directory.path)[3] == "utterances.csv: 1 rows new or changed"
    assert rows(database_url, "select text from ai_backend.utterances order by sequence_number") == [
        ("Hello.",),
        ("Good evening.",),
    ]
    assert rows(database_url, untouched) == first
    assert rows(database_url, updated_at) > timestamp
    # the older updated_at in the file does not overwrite the newer one
    before = versions(database_url)
    load_directory(directory.path)
    assert versions(database_url) == before


def test_load__keeps_the_updated_at_of_the_file(directory: SourceDirectory, database_url: str) -> None:
    load_directory(directory.path)
    query = "select updated_at = '2026-11-01 09:00+00' from ai_backend.transcription_jobs"
    assert rows(database_url, query) == [(True,)]


def test_load__identifies_a_relationship_by_coach_and_client(
    directory: SourceDirectory, database_url: str
) -> None:
    load_directory(directory.path)
    query = "select id, status from public.coach_clients"
    ((identity, _),) = rows(database_url, query)
    directory.rewrite("coach_clients", "active", "ended")
    load_directory(directory.path)
    assert rows(database_url, query) == [(identity, "ended")]


def test_load__keeps_columns_that_a_file_does_not_contain(
    directory: SourceDirectory, database_url: str
) -> None:
    load_directory(directory.path)
    columns = ["id", "coach_id", "client_id", "session_title"]
    directory.write(
        "transcription_jobs", columns, [[directory.job, directory.coach, directory.client, "First"]]
    )
    load_directory(directory.path)
    query = "select status, session_title from ai_backend.transcription_jobs"
    assert rows(database_url, query) == [("completed", "First")]


def test_load__reads_empty_fields_as_null_and_text_verbatim(
    directory: SourceDirectory, database_url: str
) -> None:
    text = 'He said: "no", \\N and\nthen,\r\nnothing, é'
    directory.write_utterances([text, " "])
    directory.rewrite("transcripts", "0.9", "")
    load_directory(directory.path)
    assert rows(database_url, "select confidence_score from ai_backend.transcripts") == [(None,)]
    query = "select text from ai_backend.utterances order by sequence_number"
    assert rows(database_url, query) == [(text,), (" ",)]


def test_load__accepts_an_utterance_that_ends_before_it_starts(
    directory: SourceDirectory, database_url: str
) -> None:
    directory.rewrite("utterances", ",5,9,1", ",5,3,1")
    load_directory(directory.path)
    query = "select start_time, end_time from ai_backend.utterances where sequence_number = 1"
    assert rows(database_url, query) == [(5, 3)]


def test_load__reads_timestamps_without_time_zone_as_utc(
    directory: SourceDirectory, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    directory.rewrite("transcription_jobs", "2026-11-01T09:00:00+00:00", "2026-11-01 09:00")
    load_directory(directory.path)
    query = "select completed_at = '2026-11-01 09:00+00' from ai_backend.transcription_jobs"
    assert rows(database_url, query) == [(True,)]


def test_load__accepts_a_byte_order_mark_and_unix_line_endings(
    directory: SourceDirectory, database_url: str
) -> None:
    for file in directory.path.glob("*.csv"):
        text = file.read_text().replace("\r\n", "\n")
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    load_directory(directory.path)
    assert rows(database_url, "select count(*) from ai_backend.utterances") == [(2,)]


def test_load__accepts_a_file_with_a_header_only(directory: SourceDirectory) -> None:
    directory.write("session_summaries", ["id", "job_id"], [])
    assert load_directory(directory.path)[4] == "session_summaries.csv: 0 rows new or changed"


def test_load__reports_missing_tables(
    directory: SourceDirectory, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database(server_url) as empty:
        monkeypatch.setenv("DATABASE_URL", empty)
        with pytest.raises(
            WarehouseError, match=r"public\.coach_clients is missing: run `warehouse migrate`"
        ):
            load_directory(directory.path)


def test_load__loads_all_66_real_dialogues(
    database_url: str, annomi_dir: Path, directory: SourceDirectory
) -> None:
    load_directory(annomi_dir)
    assert rows(database_url, "select count(*) from ai_backend.transcription_jobs") == [(66,)]
    (count,) = rows(database_url, "select count(*) from ai_backend.utterances")
    assert count[0] > 5500
    before = versions(database_url)
    load_directory(annomi_dir)
    assert versions(database_url) == before
