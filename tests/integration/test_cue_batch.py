"""A long list read in several processes: the same rows as in one, and nothing lost or doubled by a kill."""

import os
import subprocess
import sys
from typing import Any

import pytest

from cue_detector.run import detect_pending
from cue_detector.settings import CueSettings
from tests.fault_server import FaultServer
from tests.support.crashing_detector import DeadlyDetector
from tests.support.cues import CueDatabase, llm_settings, stop, wait_until

LONG = 160
"""Enough sessions for several processes."""


@pytest.fixture(scope="module")
def made(built_database_url: str) -> CueDatabase:
    made = CueDatabase(built_database_url)
    made.clear()
    for number in range(LONG):
        made.add("I promise I will call her.", f"I'm worried about it, that makes {number}.", "Yeah.")
    return made


@pytest.fixture
def db(made: CueDatabase) -> CueDatabase:
    made.forget()
    made.list_sessions()
    return made


def settings(processes: int, **changes: Any) -> CueSettings:
    return CueSettings(detector="local", processes=processes, fetch_size=5, **changes)


def kept(db: CueDatabase) -> list[dict[str, Any]]:
    """What was found, without what differs from run to run."""
    return [{k: v for k, v in row.items() if k not in ("detection_id", "created_at")} for row in db.cues()]


def test_batch__several_processes_write_what_one_writes(db: CueDatabase) -> None:
    one = detect_pending(db.cues_url, settings(1))
    cues = kept(db)
    db.forget()
    two = detect_pending(db.cues_url, settings(2))
    assert one.succeeded == two.succeeded == LONG
    assert kept(db) == cues
    assert len(cues) >= 2 * LONG


def test_batch__a_model_is_asked_about_a_long_list_made_ready_elsewhere(db: CueDatabase) -> None:
    with FaultServer() as server:
        report = detect_pending(db.cues_url, llm_settings(server.url, processes=2, llm_deadline_seconds=60))
        lines = [text for asked in server.requests for _, text in asked.lines]
    assert (report.succeeded, report.used_fallback) == (LONG, 0)
    assert len(lines) == len(set(lines)) == LONG + 1, "what all of them say is asked about once"
    assert len(db.cues()) == 2 * LONG


def test_batch__killed_in_the_middle_loses_and_doubles_nothing(db: CueDatabase) -> None:
    script = "from cue_detector.run import main; main()"
    environment = {
        "CUES_DATABASE_URL": db.cues_url,
        "CUE_DETECTOR": "local",
        "CUE_PROCESSES": "2",
        "CUE_FETCH_SIZE": "1",
    }
    first = subprocess.Popen([sys.executable, "-c", script], env=os.environ | environment)
    wait_until(lambda: len(db.detections()) >= 10)
    stop(first)
    report = detect_pending(db.cues_url, settings(2))
    assert 0 < report.succeeded < LONG, "it was killed in the middle"
    assert len(db.detections()) == len({row["job_id"] for row in db.detections()}) == LONG
    cues = [(row["utterance_id"], row["cue_type"]) for row in db.cues()]
    assert len(cues) == len(set(cues)) >= 2 * LONG


def test_batch__a_process_that_dies_fails_one_session_alone(db: CueDatabase) -> None:
    db.say("poison", instead_of="that makes 77.")
    report = detect_pending(db.cues_url, settings(2), local=DeadlyDetector())
    assert (report.succeeded, report.failed) == (LONG - 1, 1)
    (failed,) = (row for row in db.detections() if row["status"] == "failed")
    assert (failed["failure"], failed["error"]) == ("answer", "the process that read it died")
    db.say("that makes 77.", instead_of="poison")
    db.list_sessions()
    assert detect_pending(db.cues_url, settings(1)).succeeded == 1
