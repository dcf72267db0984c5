"""Migrations: each once, atomic, safe when concurrent, without changes to existing source tables."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.support.databases import fresh_database
from warehouse.errors import WarehouseError
from warehouse.migrate import MIGRATIONS_DIR, available, migrate
from warehouse.tables import SOURCE_TABLES

UPSTREAM = [f"{table.schema}.{table.name}" for table in SOURCE_TABLES]
LOGIN_ROLES = ("warehouse_cues", "warehouse_api", "warehouse_analyst")

CATALOG = """
select 'column', attname::text, format_type(atttypid, atttypmod), attnotnull::text, attacl::text
from pg_attribute where attrelid = to_regclass(%(table)s) and attnum > 0
union all
select 'index', pg_get_indexdef(indexrelid), indisunique::text, null, null
from pg_index where indrelid = to_regclass(%(table)s)
union all
select 'constraint', conname::text, pg_get_constraintdef(oid), null, null
from pg_constraint where conrelid = to_regclass(%(table)s)
union all
select 'table', oid::text, relacl::text, relrowsecurity::text, relfilenode::text
from pg_class where oid = to_regclass(%(table)s)
order by 1, 2
"""


COLUMNS = {
    "ai_backend.transcription_jobs": """
        id client_id coach_id conversation_id audio_url audio_filename audio_format audio_size_bytes
        audio_duration_seconds status progress started_at transcription_completed_at summary_completed_at
        completed_at error_message retry_count session_date session_type session_title webhook_url
        webhook_secret webhook_sent_at created_at updated_at
    """,
    "ai_backend.transcripts": """
        id job_id full_text word_count duration_seconds deepgram_request_id model_used confidence_score
        created_at
    """,
    "ai_backend.utterances": """
        id transcript_id speaker_number speaker_label speaker_confidence text start_time end_time confidence
        intent sentiment sequence_number created_at
    """,
    "ai_backend.session_summaries": """
        id job_id transcript_id executive_summary key_topics client_concerns coach_recommendations
        action_items
        goals_discussed coaching_moments session_type_detected client_sentiment engagement_score llm_model
        prompt_tokens completion_tokens created_at
    """,
    "public.coach_clients": "id coach_id client_id status created_at",
}


@pytest.fixture
def empty_database(server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database without migrations; DATABASE_URL names it."""
    with fresh_database(server_url) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        yield url


def catalog(connection: psycopg.Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(CATALOG, {"table": table}).fetchall()


def recorded_migrations(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "select version, name, checksum from warehouse.schema_migrations order by version"
        ).fetchall()


def test_migrate__applies_and_records_each_file_once(empty_database: str) -> None:
    reports: list[str] = []
    files = sorted(MIGRATIONS_DIR.glob("*.sql"))
    assert migrate(reports.append) == len(files) == len(reports)
    assert recorded_migrations(empty_database) == [
        (int(file.name[:4]), file.stem, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files
    ]
    assert migrate() == 0


def test_migrate__is_safe_when_concurrent(empty_database: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: migrate(), range(2)))
    assert sorted(counts) == [0, len(available())]
    assert len(recorded_migrations(empty_database)) == len(available())


def test_migrate__rejects_a_changed_file(empty_database: str, tmp_path: Path) -> None:
    file = tmp_path / "0001_one.sql"
    file.write_text("create table one (id integer);")
    migrate(directory=tmp_path)
    file.write_text("create table one (id bigint);")
    (tmp_path / "0002_two.sql").write_text("create table two (id integer);")
    with pytest.raises(WarehouseError, match=r"0001_one was changed .*write the change as a new migration"):
        migrate(directory=tmp_path)
    assert len(recorded_migrations(empty_database)) == 1


def test_migrate__rolls_back_a_failing_file_and_continues_after_its_correction(
    empty_database: str, tmp_path: Path
) -> None:
    (tmp_path / "0001_good.sql").write_text("create table good (id integer);")
    bad = tmp_path / "0002_bad.sql"
    bad.write_text("create table half (id integer); insert into nowhere values (1);")
    with pytest.raises(WarehouseError, match='0002_bad failed and was rolled back: relation "nowhere"'):
        migrate(directory=tmp_path)
    with psycopg.connect(empty_database) as connection:
        row = connection.execute("select to_regclass('good') is null, to_regclass('half') is null").fetchone()
    assert row == (False, True)
    assert [version for version, *_ in recorded_migrations(empty_database)] == [1]
    bad.write_text("create table half (id integer);")
    assert migrate(directory=tmp_path) == 1


def test_migrate__rejects_two_files_with_the_same_number(tmp_path: Path) -> None:
    for name in ("0001_a.sql", "0001_b.sql"):
        (tmp_path / name).write_text("select 1;")
    with pytest.raises(WarehouseError, match="the same number"):
        available(tmp_path)


def test_migrate__reports_the_missing_privilege(
    server_url: str, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("create role test_guest login password 'guest'")
        try:
            guest = make_conninfo(empty_database, user="test_guest", password="guest")
            monkeypatch.setenv("DATABASE_URL", guest)
            with pytest.raises(WarehouseError, match=r"grant create on database .* to test_guest"):
                migrate()
        finally:
            connection.execute("drop role test_guest")


def test_migrate__does_not_change_existing_source_tables(empty_database: str) -> None:
    """The source tables have another column, other types, no indexes, and one is missing."""
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("""
            create schema ai_backend;
            create table ai_backend.transcription_jobs (
                id uuid primary key, client_id uuid not null, coach_id uuid not null, status text,
                completed_at timestamptz, session_date date, created_at timestamptz, updated_at timestamptz,
                tenant text default 'a'
            );
            create table ai_backend.transcripts (
                id uuid primary key,
                job_id uuid references ai_backend.transcription_jobs (id) on delete cascade,
                confidence_score numeric(5, 4), created_at timestamptz
            );
            create table ai_backend.utterances (
                id uuid primary key, transcript_id uuid, speaker_label text, speaker_confidence real,
                text text, start_time double precision, end_time double precision, intent text,
                sentiment text, sequence_number integer
            );
            create table public.coach_clients (coach_id uuid, client_id uuid, status text);
            insert into ai_backend.transcription_jobs (id, client_id, coach_id)
            select id, id, id from gen_random_uuid() as id;
        """)
        present = [table for table in UPSTREAM if table != "ai_backend.session_summaries"]
        before = {table: catalog(connection, table) for table in present}
        rows = connection.execute("select xmin::text, * from ai_backend.transcription_jobs").fetchall()
        migrate()
        assert {table: catalog(connection, table) for table in present} == before
        assert (
            connection.execute("select xmin::text, * from ai_backend.transcription_jobs").fetchall() == rows
        )
        created = connection.execute("select table_name from warehouse.created_source_tables").fetchall()
        assert created == [("ai_backend.session_summaries",)]


def test_client_analytics__has_the_specified_key_whenever_it_was_made(built_database_url: str) -> None:
    key = (
        "select indexrelid::regclass::text, indisunique from pg_index "
        "where indrelid = 'ai_backend.client_analytics'::regclass "
        "and pg_get_indexdef(indexrelid) like '%(coach_id, client_id, window_type)'"
    )
    (migration,) = (m for m in available() if m.name == "0012_one_row_per_pair_and_window")
    with psycopg.connect(built_database_url) as connection:
        ((name, is_unique),) = connection.execute(key).fetchall()
        assert is_unique
        connection.execute(f"drop index {name}".encode())
        connection.execute(
            "create index former on ai_backend.client_analytics (coach_id, client_id, window_type)"
        )
        connection.execute(migration.sql.encode())
        assert [row[1] for row in connection.execute(key).fetchall()] == [True]
        connection.rollback()


def test_upstream_tables__have_the_columns_that_the_service_has(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        for table, names in COLUMNS.items():
            found = [row[1:3] for row in catalog(connection, table) if row[0] == "column"]
            assert {name for name, _ in found} == set(names.split()), table
            for name, type_name in found:
                if name == "id" or (name.endswith("_id") and name != "deepgram_request_id"):
                    assert type_name == "uuid", name
                if name in ("start_time", "end_time", "duration_seconds", "audio_duration_seconds"):
                    assert type_name == "numeric(10,3)", name
                if name.endswith("_at"):
                    assert type_name == "timestamp with time zone", name


def test_upstream_tables__references_cascade_and_are_indexed(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        references = connection.execute(
            """
            select c.conrelid::regclass::text, a.attname::text, c.confdeltype::text, exists (
                select from pg_index as i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
            )
            from pg_constraint as c
            inner join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
            where c.contype = 'f' and c.conrelid::regclass::text = any(%s)
            order by 1, 2
        """,
            [UPSTREAM],
        ).fetchall()
        indexes = [row[1] for row in catalog(connection, "ai_backend.utterances") if row[0] == "index"]
    assert references == [
        ("ai_backend.session_summaries", "job_id", "c", True),
        ("ai_backend.session_summaries", "transcript_id", "c", True),
        ("ai_backend.transcripts", "job_id", "c", True),
        ("ai_backend.utterances", "transcript_id", "c", True),
    ]
    assert any("(transcript_id, sequence_number)" in index for index in indexes)


def test_roles__are_weak_and_hold_no_right_on_what_upstream_wrote(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        roles = connection.execute(
            "select rolname from pg_roles where rolname = any(%s) and not rolsuper and not rolcreaterole "
            "and not rolcreatedb and not rolbypassrls and not rolreplication",
            [list(LOGIN_ROLES)],
        ).fetchall()
        assert {name for (name,) in roles} == set(LOGIN_ROLES)
        for login_role in LOGIN_ROLES:
            for privilege in ("select", "insert", "update", "delete", "truncate", "references", "trigger"):
                granted = connection.execute(
                    "select t from unnest(%s::text[]) as t where has_table_privilege(%s, t, %s) "
                    "or (%s = 'select' and has_any_column_privilege(%s, t, 'select'))",
                    [UPSTREAM, login_role, privilege, privilege, login_role],
                ).fetchall()
                assert granted == [], (login_role, privilege)


@pytest.mark.parametrize("login_role", LOGIN_ROLES)
def test_roles__can_create_nothing_and_change_only_their_own_tables(
    database_url: str, login_role: str
) -> None:
    own = {
        "warehouse_cues": {"cue_detection"},
        "warehouse_api": {"analytics_api"},
        "warehouse_analyst": set(),
    }
    with psycopg.connect(database_url) as connection:
        creatable = connection.execute(
            "select nspname from pg_namespace where has_schema_privilege(%s, oid, 'create')", [login_role]
        ).fetchall()
        writable = connection.execute(
            "select distinct relnamespace::regnamespace::text from pg_class where relkind in ('r', 'p', 'v') "
            "and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' and ("
            "has_any_column_privilege(%(login_role)s, oid, 'insert, update') "
            "or has_table_privilege(%(login_role)s, oid, 'delete, truncate'))",
            {"login_role": login_role},
        ).fetchall()
    assert creatable == []
    assert {schema for (schema,) in writable} == own[login_role]
