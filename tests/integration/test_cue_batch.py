"""Detection runs with worker processes: equal results, crash isolation, resumption after a kill."""

import os
import subprocess
import sys
from typing import Any

import pytest

from cue_detector.run import detect_pending
from cue_detector.settings import CueSettings
from tests.fault_server import FaultServer
from tests.support.crashing_detector import CrashingDetector
from tests.support.cues import CueDatabase, kill, llm_settings, wait_until

SESSION_COUNT = 160
"""Above the minimum for worker processes."""


@pytest.fixture(scope="module")
def sessions_db(built_database_url: str) -> CueDatabase:
    db = CueDatabase(built_database_url)
    db.clear()
    for number in range(SESSION_COUNT):
        db.add("I promise I will call her.", f"I'm worried about it, that makes {number}.", "Yeah.")
    return db


@pytest.fixture
def db(sessions_db: CueDatabase) -> CueDatabase:
    sessions_db.delete_detections()
    sessions_db.refresh_pending()
    return sessions_db


def settings(processes: int, **changes: Any) -> CueSettings:
    return CueSettings(detector="local", processes=processes, fetch_size=5, **changes)


def stable_cues(db: CueDatabase) -> list[dict[str, Any]]:
    """Return the stored cues without the columns that differ between runs."""
    return [{k: v for k, v in row.items() if k not in ("detection_id", "created_at")} for row in db.cues()]


def test_run__stores_the_same_cues_with_several_processes(db: CueDatabase) -> None:
    single = detect_pending(db.cues_url, settings(1))
    cues = stable_cues(db)
    db.delete_detections()
    parallel = detect_pending(db.cues_url, settings(2))
    assert single.succeeded == parallel.succeeded == SESSION_COUNT
    assert stable_cues(db) == cues
    assert len(cues) >= 2 * SESSION_COUNT


def test_run__prepares_sessions_for_the_language_model_in_worker_processes(db: CueDatabase) -> None:
    with FaultServer() as server:
        report = detect_pending(db.cues_url, llm_settings(server.url, processes=2, llm_deadline_seconds=60))
        lines = [text for request in server.requests for _, text in request.lines]
    assert (report.succeeded, report.used_fallback) == (SESSION_COUNT, 0)
    assert len(lines) == len(set(lines)) == SESSION_COUNT + 1, (
        "an utterance of all sessions is requested once"
    )
    assert len(db.cues()) == 2 * SESSION_COUNT


def test_run__resumes_after_a_kill_without_loss_or_duplicates(db: CueDatabase) -> None:
    script = "from cue_detector.run import main; main()"
    environment = {
        "CUES_DATABASE_URL": db.cues_url,
        "CUE_DETECTOR": "local",
        "CUE_PROCESSES": "2",
        "CUE_FETCH_SIZE": "1",
    }
    first = subprocess.Popen([sys.executable, "-c", script], env=os.environ | environment)
    wait_until(lambda: len(db.detections()) >= 10)
    kill(first)
    report = detect_pending(db.cues_url, settings(2))
    assert 0 < report.succeeded < SESSION_COUNT, "the run was not killed while in progress"
    assert len(db.detections()) == len({row["job_id"] for row in db.detections()}) == SESSION_COUNT
    cues = [(row["utterance_id"], row["cue_type"]) for row in db.cues()]
    assert len(cues) == len(set(cues)) >= 2 * SESSION_COUNT


def test_run__marks_only_the_crashing_session_as_failed(db: CueDatabase) -> None:
    db.replace_text("that makes 77.", "poison")
    report = detect_pending(db.cues_url, settings(2), local=CrashingDetector())
    assert (report.succeeded, report.failed) == (SESSION_COUNT - 1, 1)
    (failed,) = (row for row in db.detections() if row["status"] == "failed")
    assert (failed["failure"], failed["error"]) == ("answer", "the worker process crashed")
    db.replace_text("poison", "that makes 77.")
    db.refresh_pending()
    assert detect_pending(db.cues_url, settings(1)).succeeded == 1
