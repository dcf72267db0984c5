"""ai_backend.session_analytics: incremental updates and access rights."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.support.databases import as_role
from tests.support.project import Project
from tests.support.rows import Said, add_session, add_transcript, insert, new_id

Rows = dict[UUID, dict[str, Any]]
Refresh = Callable[..., Rows]

MODELS = "int_sessions__pending+,+session_analytics"
"""The models from the pending sessions to the mart."""

SESSIONS = 12


@pytest.fixture(scope="module")
def computed(built_database_url: str, project: Project) -> Iterator[UUID]:
    """Sessions in the mart, alternating between two coaches; each test that changes one takes the next."""
    coaches = [new_id(), new_id()]
    added = []
    with psycopg.connect(built_database_url) as connection:
        for number in range(SESSIONS):
            said = [
                Said("coach", 0, 60, "How was it?", intent="x"),
                Said("client", 61, 200, "I will try again.", sentiment="x"),
            ]
            added.append(add_session(connection, said, coach_id=coaches[number % 2]))
    project.run(built_database_url, MODELS)
    return iter(added)


@pytest.fixture
def job(computed: Iterator[UUID]) -> UUID:
    """A computed session that no other test has changed."""
    return next(computed)


@pytest.fixture
def refresh(built_database_url: str, project: Project) -> Refresh:
    """Runs the models and returns the mart's rows with their ctid and xmin."""

    def run(**options: Any) -> Rows:
        project.run(built_database_url, MODELS, **options)
        return mart(built_database_url)

    return run


def mart(url: str) -> Rows:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        rows = connection.execute(
            "select xmin::text, ctid::text, * from ai_backend.session_analytics"
        ).fetchall()
    return {row["job_id"]: row for row in rows}


def change(url: str, statement: str, *values: Any) -> None:
    with psycopg.connect(url) as connection:
        assert connection.execute(statement.encode(), values).rowcount == 1


def written(before: Rows, after: Rows) -> set[UUID]:
    """Sessions whose row was written between the two snapshots."""
    return {job for job, row in after.items() if before.get(job) != row}


def test_rerun__changes_nothing(built_database_url: str, job: UUID, refresh: Refresh) -> None:
    before = mart(built_database_url)
    assert len(before) == SESSIONS
    assert refresh(verify_content=True) == before


def test_updated_job__is_the_only_one_recomputed(
    built_database_url: str, job: UUID, refresh: Refresh
) -> None:
    before = mart(built_database_url)
    change(
        built_database_url,
        "update ai_backend.transcription_jobs set updated_at = updated_at + interval '1 s' where id = %s",
        job,
    )
    after = refresh()
    assert written(before, after) == {job}
    assert after[job]["id"] == before[job]["id"]
    assert after[job]["computed_at"] > before[job]["computed_at"]


def test_newer_transcript__replaces_the_older(
    built_database_url: str, job: UUID, computed: Iterator[UUID], refresh: Refresh
) -> None:
    before = mart(built_database_url)
    with psycopg.connect(built_database_url) as connection:
        newer = [Said("coach", 0, 300, "Tell me more.")]
        transcript = add_transcript(connection, job, newer, created_at=datetime(2026, 11, 3, tzinfo=UTC))
        older = datetime(2026, 10, 1, tzinfo=UTC)
        add_transcript(connection, next(computed), [Said("client", 0, 900)], created_at=older)
    after = refresh()
    assert written(before, after) == {job}
    row = after[job]
    assert (row["transcript_id"], row["total_duration_seconds"], row["client_turns"]) == (transcript, 300, 0)


def test_new_cue_detection__recomputes_its_session(
    built_database_url: str, job: UUID, refresh: Refresh
) -> None:
    before = mart(built_database_url)
    assert not before[job]["has_cue_evidence"]
    detect_commitment(built_database_url, before[job])
    after = refresh()
    assert written(before, after) == {job}
    assert after[job]["has_cue_evidence"]
    assert after[job]["cue_commitment_count"] == 1
    assert after[job]["engagement_score"] != before[job]["engagement_score"]


def detect_commitment(url: str, session: dict[str, Any]) -> None:
    """Insert a succeeded detection with one cue."""
    same = {name: session[name] for name in ("job_id", "coach_id", "client_id")} | {
        "detection_id": new_id(),
        "detector": "local",
        "detector_version": "test-1",
    }
    detected_at = datetime(2026, 11, 2, tzinfo=UTC)
    with psycopg.connect(url) as connection:
        insert(
            connection,
            "cue_detection.session_detections",
            **same,
            transcript_id=session["transcript_id"],
            source_revision=session["source_revision"],
            redaction_version="test-1",
            status="succeeded",
            started_at=detected_at,
            finished_at=detected_at,
        )
        row = connection.execute(
            "select id from ai_backend.utterances where transcript_id = %s and speaker_label = 'client'",
            [session["transcript_id"]],
        ).fetchone()
        assert row is not None
        insert(
            connection,
            "cue_detection.utterance_cues",
            **same,
            utterance_id=row[0],
            cue_type="commitment",
            confidence=0.9,
            text_excerpt="I will",
            interpretation="Commits.",
            timestamp_seconds=61,
            created_at=detected_at,
        )


def test_unreported_edits__are_found_by_the_full_scan_only(
    built_database_url: str, job: UUID, computed: Iterator[UUID], refresh: Refresh
) -> None:
    """Changed text, speaker and time, and a value moved between columns."""
    edits = {
        job: "text = text || ' now'",
        next(computed): "speaker_label = null",
        next(computed): "end_time = end_time + 0.001",
        next(computed): "intent = sentiment, sentiment = intent",
    }
    before = mart(built_database_url)
    for edited, edit in edits.items():
        change(
            built_database_url,
            f"update ai_backend.utterances set {edit} where sequence_number = 1 and transcript_id = "
            "(select max(id::text)::uuid from ai_backend.transcripts where job_id = %s)",
            edited,
        )
    assert refresh() == before
    assert written(before, refresh(verify_content=True)) == set(edits)


def test_deleted_and_reopened_jobs__are_removed(
    built_database_url: str, job: UUID, computed: Iterator[UUID], refresh: Refresh
) -> None:
    before = mart(built_database_url)
    change(built_database_url, "delete from ai_backend.transcription_jobs where id = %s", job)
    expected = {other: row for other, row in before.items() if other != job}
    assert mart(built_database_url) == expected, "deleted with its job, before any run"
    reopened = next(computed)
    change(
        built_database_url,
        "update ai_backend.transcription_jobs set status = 'processing' where id = %s",
        reopened,
    )
    del expected[reopened]
    assert refresh() == expected


def test_new_model_version__recomputes_all_sessions(
    built_database_url: str, computed: Iterator[UUID], refresh: Refresh
) -> None:
    before = mart(built_database_url)
    after = refresh(session_model_version="session-next")
    assert {row["model_version"] for row in after.values()} == {"session-next"}
    assert written(after, refresh()) == set(before)


def test_rebuild__rewrites_all_rows_with_the_same_values_and_ids(
    built_database_url: str, computed: Iterator[UUID], refresh: Refresh
) -> None:
    before = mart(built_database_url)
    after = refresh(rebuild=True)
    assert written(before, after) == set(before)
    for job, row in after.items():
        differing = {name for name in row if row[name] != before[job][name]}
        assert differing - {"ctid"} == {"xmin", "computed_at"}


def test_full_refresh__keeps_the_table(
    built_database_url: str, computed: Iterator[UUID], refresh: Refresh
) -> None:
    identity = (
        "select c.oid, c.relfilenode, c.relrowsecurity, c.relacl::text, array_agg(p.oid order by p.oid) "
        "from pg_class as c inner join pg_policy as p on p.polrelid = c.oid "
        "where c.oid = 'ai_backend.session_analytics'::regclass group by c.oid"
    )
    with psycopg.connect(built_database_url) as connection:
        before = connection.execute(identity).fetchone()
    rows = mart(built_database_url)
    assert refresh(full_refresh=True) == rows
    with psycopg.connect(built_database_url) as connection:
        assert connection.execute(identity).fetchone() == before


# Access rights ------------------------------------------------------------------------------


def test_api__sees_only_sessions_of_the_request_coach(
    built_database_url: str, computed: Iterator[UUID]
) -> None:
    rows = mart(built_database_url)
    coaches = {row["coach_id"] for row in rows.values()}
    assert len(coaches) == 2
    with psycopg.connect(as_role(built_database_url, "warehouse_api")) as connection:
        for coach in coaches:
            connection.execute("select set_config('app.coach_id', %s, true)", [str(coach)])
            seen = connection.execute("select job_id from ai_backend.session_analytics").fetchall()
            assert {job for (job,) in seen} == {job for job, row in rows.items() if row["coach_id"] == coach}


@pytest.mark.parametrize("setting", [None, "", str(new_id())])
def test_api__sees_nothing_without_a_coach(
    built_database_url: str, computed: Iterator[UUID], setting: str | None
) -> None:
    with psycopg.connect(as_role(built_database_url, "warehouse_api")) as connection:
        if setting is not None:
            connection.execute("select set_config('app.coach_id', %s, true)", [setting])
        assert connection.execute("select count(*) from ai_backend.session_analytics").fetchone() == (0,)


def test_analyst__reads_all_sessions(built_database_url: str, computed: Iterator[UUID]) -> None:
    rows = mart(built_database_url)
    with psycopg.connect(as_role(built_database_url, "warehouse_analyst")) as connection:
        seen = connection.execute("select job_id from ai_backend.session_analytics").fetchall()
    assert {job for (job,) in seen} == set(rows) != set()


@pytest.mark.parametrize("role", ["warehouse_analyst", "warehouse_api"])
@pytest.mark.parametrize(
    "statement",
    [
        "update ai_backend.session_analytics set engagement_score = 0",
        "delete from ai_backend.session_analytics",
        "insert into ai_backend.session_analytics select * from ai_backend.session_analytics",
        "truncate ai_backend.session_analytics",
        "select text from ai_backend.utterances",
        "select full_text from ai_backend.transcripts",
        "select text from analytics_staging.stg_ai_backend__utterances",
        "select executive_summary from ai_backend.session_summaries",
    ],
)
def test_readers__cannot_write_the_mart_or_read_text(
    built_database_url: str, computed: Iterator[UUID], role: str, statement: str
) -> None:
    with (
        psycopg.connect(as_role(built_database_url, role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
