"""From utterances to language_cues and the cue counts of session_analytics, through dbt and cue detection."""

from typing import Any

import psycopg
import pytest

from cue_detector.run import detect_pending
from cue_detector.settings import CueSettings
from tests.fault_server import Fault, FaultServer
from tests.support.cues import CueDatabase, KeywordDetector, llm_settings
from tests.support.project import project
from tests.support.rows import Said

LOCAL = CueSettings(detector="local", min_stored_confidence=0)


@pytest.fixture(scope="module")
def db(built_database_url: str) -> CueDatabase:
    return CueDatabase(built_database_url)


def build(db: CueDatabase, **variables: Any) -> None:
    """Build the session marts and the pending sessions of the cue detector."""
    selection = ["+session_analytics", "+language_cues", "+int_cues__detector_input"]
    project().run(db.url, *selection, **variables)


def mart(db: CueDatabase) -> list[dict[str, Any]]:
    return db.rows("select * from ai_backend.language_cues order by job_id, timestamp_seconds, cue_type")


def session(db: CueDatabase, job_id: Any) -> dict[str, Any]:
    (row,) = db.rows("select * from ai_backend.session_analytics where job_id = %s", job_id)
    return row


def warnings(db: CueDatabase, job_id: Any) -> set[str]:
    return {w for w in session(db, job_id)["quality_warnings"] if w.startswith("cue_detection")}


def test_marts__are_built_without_cues_and_updated_by_later_detections(db: CueDatabase) -> None:
    db.clear()
    first, second = db.add("I will do it."), db.add("I'm worried about it.")
    coach_only = db.add_utterances([Said("coach", 0, 130, "Hello?")])
    build(db)
    assert warnings(db, first) == warnings(db, second) == {"cue_detection_pending"}
    assert warnings(db, coach_only) == set(), "no client utterances"
    assert session(db, first)["total_turns"] == 2
    assert session(db, first)["has_cue_evidence"] is False

    with FaultServer(when={"I will": Fault("error", status=503)}) as server:
        settings = llm_settings(server.url, on_llm_failure="mark_failed", llm_max_attempts=1)
        db.refresh_pending()
        detect_pending(db.cues_url, settings, local=KeywordDetector())
        build(db)
        assert warnings(db, first) == {"cue_detection_failed"}
        assert warnings(db, second) == set()
        assert [row["cue_type"] for row in mart(db)] == ["concern"]

        server.when = {}
        detect_pending(db.cues_url, settings, local=KeywordDetector())
    build(db)
    assert warnings(db, first) == set()
    assert session(db, first)["cue_commitment_count"] == 1
    assert session(db, second)["cue_concern_count"] == 1
    cues = mart(db)
    assert {row["cue_type"] for row in cues} == {"commitment", "concern"}
    for row in cues:
        assert row["session_analytics_id"] == session(db, row["job_id"])["id"]
        assert (row["detector"], row["detector_version"]) == ("llm", "llm-1 test-model")
        assert row["created_at"] is not None

    build(db, rebuild=True)
    assert mart(db) == cues, "a rebuild keeps rows and ids"


def test_marts__contain_accepted_cues_of_the_latest_detection(db: CueDatabase) -> None:
    db.clear()
    job = db.add("Well, maybe.", "Surely not.")
    db.refresh_pending()
    detect_pending(db.cues_url, LOCAL, local=KeywordDetector())
    build(db)
    assert [row["cue_type"] for row in mart(db)] == ["doubt"]
    assert session(db, job)["cue_doubt_count"] == 1
    assert session(db, job)["cue_detection_id"] == db.detections(job)[0]["detection_id"]

    with psycopg.connect(db.url) as connection:
        connection.execute("update ai_backend.utterances set text = 'No.' where text = 'Well, maybe.'")
    db.refresh_pending(verify_content=True)
    detect_pending(db.cues_url, LOCAL, local=KeywordDetector())
    build(db)
    assert mart(db) == [], "earlier cues must be deleted although no row replaces them"
    assert session(db, job)["cue_doubt_count"] == 0
    assert session(db, job)["has_cue_evidence"] is True


def test_marts__exclude_recorded_cues_below_the_minimum_confidence(db: CueDatabase) -> None:
    db.clear()
    job = db.add("Well, maybe.")
    db.refresh_pending()
    detect_pending(db.cues_url, LOCAL, local=KeywordDetector())
    with psycopg.connect(db.url) as connection:
        connection.execute("update cue_detection.utterance_cues set confidence = 0.699")
    build(db)
    assert mart(db) == []
    assert len(db.cues(job)) == 1
