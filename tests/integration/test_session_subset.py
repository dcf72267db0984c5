"""A run for selected sessions gives the same result for them as a full run, and no others."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from dagster_pipelines.state.pending_work import pending_sessions, sessions_without_detection
from tests.support.project import Project
from tests.support.rows import Said, add_session, new_id

LISTS = ("int_cues__pending_sessions", "int_sessions__pending")
DETECTION = """
insert into cue_detection.session_detections (
    detection_id, job_id, coach_id, client_id, transcript_id, source_revision, content_hash, detector,
    detector_version, redaction_version, status, failure, started_at, finished_at
)
select
    %s, job_id, coach_id, client_id, transcript_id, source_revision, 1, 'local', '1', '1', %s,
    case %s when 'failed' then 'provider' end, completed_at, completed_at
from analytics_intermediate.int_sessions__spine where job_id = %s
"""


@pytest.fixture(scope="module")
def sessions(built_database_url: str, project: Project) -> Mapping[str, UUID]:
    """A session for each reason to be pending, and one that is up to date."""
    with psycopg.connect(built_database_url) as database:
        added = {
            name: add_session(database, [Said("coach", 0, 60), Said("client", 60, 130)])
            for name in ("unchanged", "undetected", "failed", "edited", "reopened", "erased")
        }
        added["uppercase"] = add_session(
            database, [Said("coach", 0, 60), Said("client", 60, 130)], status=" COMPLETED"
        )
        for name in added.keys() - {"undetected"}:
            status = "failed" if name == "failed" else "succeeded"
            database.execute(DETECTION, [new_id(), status, status, added[name]])
    project.run(built_database_url, "+session_analytics")
    with psycopg.connect(built_database_url) as database:
        jobs = "ai_backend.transcription_jobs"
        database.execute(f"update {jobs} set updated_at = now() where id = %s".encode(), [added["edited"]])
        database.execute(f"update {jobs} set status = 'failed' where id = %s".encode(), [added["reopened"]])
        database.execute(f"delete from {jobs} where id = %s".encode(), [added["erased"]])
        added["new"] = add_session(database, [Said("coach", 0, 60), Said("client", 60, 130)])
    return added


def test_selected_sessions__give_the_same_rows_as_a_full_run(
    sessions: Mapping[str, UUID], built_database_url: str, project: Project
) -> None:
    everything = _lists(project, built_database_url)
    assert _named(sessions, everything["int_cues__pending_sessions"]) == {
        "undetected",
        "failed",
        "edited",
        "new",
    }
    assert _named(sessions, everything["int_sessions__pending"]) >= {"edited", "reopened", "new"}

    assert _lists(project, built_database_url, sessions.values()) == everything
    for selected in ({"new", "unchanged"}, {"reopened", "erased"}, {"failed"}, set[str]()):
        of_selected = _lists(project, built_database_url, [sessions[name] for name in selected])
        for name, rows in everything.items():
            expected = [row for row in rows if row["job_id"] in {sessions[one] for one in selected}]
            assert of_selected[name] == expected, (selected, name)


def test_pending_sessions__of_a_full_comparison_equal_those_changed_since(
    sessions: Mapping[str, UUID], built_database_url: str
) -> None:
    with psycopg.connect(built_database_url) as database:
        compared = pending_sessions(database)
        assert pending_sessions(database, datetime.now(UTC) - timedelta(hours=1)) == compared
    names = {job_id: name for name, job_id in sessions.items()}
    # the rows of a deleted job were deleted with it
    assert {names[one.job_id] for one in compared} == {"edited", "reopened", "new"}


def test_sessions_without_detection__include_failed_ones(
    sessions: Mapping[str, UUID], built_database_url: str
) -> None:
    with psycopg.connect(built_database_url) as database:
        assert set(sessions_without_detection(database)) == {sessions["undetected"], sessions["failed"]}


def _lists(
    project: Project, url: str, selected: Iterable[UUID] | None = None
) -> dict[str, list[dict[str, Any]]]:
    variables: dict[str, Any] = (
        {}
        if selected is None
        else {"session_ids": ",".join(map(str, selected)), "reuse_scratch_tables": True}
    )
    project.run(url, *LISTS, **variables)
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as database:
        return {
            name: database.execute(
                f"select * from analytics_intermediate.{name} order by job_id".encode()
            ).fetchall()
            for name in LISTS
        }


def _named(sessions: Mapping[str, UUID], rows: list[dict[str, Any]]) -> set[str]:
    names = {job_id: name for name, job_id in sessions.items()}
    return {names[row["job_id"]] for row in rows}
