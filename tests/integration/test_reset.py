"""`warehouse reset`: drops the project's objects and no others."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.csv_directories import SourceDirectory
from tests.support.databases import as_role, fresh_database
from warehouse.errors import WarehouseError
from warehouse.load import load_directory
from warehouse.migrate import migrate
from warehouse.reset import drop_everything

WAREHOUSE = str(Path(sys.executable).parent / "warehouse")
CONTENT = """
select oid, oid::regclass::text from pg_class
where relkind in ('r', 'v', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
order by 1
"""


@pytest.fixture
def url(server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with fresh_database(server_url) as address:
        monkeypatch.setenv("DATABASE_URL", address)
        yield address


def content(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(CONTENT).fetchall()


def schemas(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select nspname from pg_namespace where nspname !~ '^pg_'").fetchall()
    return {name for (name,) in rows}


def test_reset__drops_everything_and_can_be_migrated_again(url: str, tmp_path: Path) -> None:
    migrate()
    load_directory(SourceDirectory(tmp_path).path)
    drop_everything()
    assert schemas(url) == {"public", "information_schema"}
    assert content(url) == []
    assert migrate() > 0
    drop_everything()
    drop_everything()
    assert content(url) == []


def test_reset__rejects_source_tables_of_another_service(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create schema ai_backend")
        connection.execute("create table ai_backend.transcription_jobs (id uuid primary key)")
    migrate()
    before = content(url)
    with pytest.raises(WarehouseError, match=r"ai_backend\.transcription_jobs: not created by this project"):
        drop_everything()
    assert content(url) == before


def test_reset__rejects_a_database_without_the_record_of_created_tables(url: str) -> None:
    migrate()
    with psycopg.connect(url) as connection:
        connection.execute("drop schema warehouse cascade")
    before = content(url)
    with pytest.raises(WarehouseError, match="nothing was deleted"):
        drop_everything()
    assert content(url) == before


def test_reset__rejects_objects_of_another_role(url: str) -> None:
    migrate()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("grant create on schema ai_backend to warehouse_analyst")
    with psycopg.connect(as_role(url, "warehouse_analyst"), autocommit=True) as connection:
        connection.execute("create table ai_backend.notes (id integer)")
    before = content(url)
    with pytest.raises(WarehouseError, match=r"ai_backend\.notes: created by another role"):
        drop_everything()
    assert content(url) == before


def test_reset__requires_the_owner(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate()
    before = content(url)
    monkeypatch.setenv("DATABASE_URL", as_role(url, "warehouse_analyst"))
    with pytest.raises(WarehouseError, match="nothing was deleted"):
        drop_everything()
    assert content(url) == before


def reset(*arguments: str, confirmation: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WAREHOUSE, "reset", *arguments], input=confirmation, text=True, capture_output=True, check=False
    )


def test_reset_command__asks_for_confirmation(url: str) -> None:
    migrate()
    before = content(url)
    aborted = reset(confirmation="n\n")
    assert aborted.returncode == 1
    assert "This deletes all transcripts" in aborted.stdout + aborted.stderr
    assert content(url) == before


def test_reset_command__with_yes_leaves_an_empty_migrated_database(url: str, tmp_path: Path) -> None:
    migrate()
    load_directory(SourceDirectory(tmp_path).path)
    before = content(url)
    assert reset("--yes").returncode == 0
    after = content(url)
    assert [name for _, name in after] == [name for _, name in before]
    assert {oid for oid, _ in after}.isdisjoint({oid for oid, _ in before})
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from ai_backend.utterances").fetchone() == (0,)
