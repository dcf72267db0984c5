"""No response is lost or paid for twice: cache, killed runs, concurrent runs."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from cue_detector.run import detect_pending
from cue_detector.run_report import RunReport
from tests.fault_server import Fault, FaultServer
from tests.support.cues import CueDatabase, KeywordDetector, kill, llm_settings, wait_until

# Runs in a subprocess, with the test double of the local detector.
SCRIPT = """
import os
from cue_detector.run import detect_pending
from cue_detector.settings import CueSettings
from tests.support.cues import KeywordDetector
print(detect_pending(os.environ["CUES_DATABASE_URL"], CueSettings(), local=KeywordDetector()).summary())
"""


ACTIVE_CONNECTIONS = "select 1 from pg_stat_activity where application_name = 'detector under test'"
WAITING_FOR_LOCK = f"{ACTIVE_CONNECTIONS} and wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def cue_database(built_database_url: str) -> CueDatabase:
    return CueDatabase(built_database_url)


@pytest.fixture
def db(cue_database: CueDatabase) -> CueDatabase:
    cue_database.clear()
    return cue_database


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def run(db: CueDatabase, server: FaultServer, **settings: Any) -> RunReport:
    return detect_pending(db.cues_url, llm_settings(server.url, **settings), local=KeywordDetector())


def start(db: CueDatabase, server: FaultServer, **changes: str) -> "subprocess.Popen[str]":
    settings = {
        "CUES_DATABASE_URL": db.cues_url,
        "OPENAI_BASE_URL": server.url,
        "CUE_LLM_MODEL": "test-model",
        "CUE_LLM_CONCURRENCY": "2",
        "PGAPPNAME": "detector under test",
        **changes,
    }
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT], env=os.environ | settings, text=True, stdout=subprocess.PIPE
    )


def requested_lines(server: FaultServer) -> list[str]:
    return [text for request in server.requests for _, text in request.lines]


def make_all_pending(db: CueDatabase) -> None:
    db.delete_detections()
    db.refresh_pending()


def test_cache__second_detection_sends_no_request(db: CueDatabase, server: FaultServer) -> None:
    db.add("I will do it.", "I'm worried.", "Nothing special.")
    db.refresh_pending()
    run(db, server)
    before = db.cues()
    make_all_pending(db)
    report = run(db, server)
    assert (report.requests, report.cached_utterances, report.succeeded) == (0, 3, 1)
    assert len(server.requests) == 1
    volatile = ("detection_id", "created_at")
    assert [{k: v for k, v in row.items() if k not in volatile} for row in db.cues()] == [
        {k: v for k, v in row.items() if k not in volatile} for row in before
    ]


def test_cache__equal_text_in_another_session_sends_no_request(db: CueDatabase, server: FaultServer) -> None:
    db.add("I will do it.")
    db.refresh_pending()
    run(db, server)
    other = db.add("I will do it.")
    db.refresh_pending()
    report = run(db, server)
    assert (report.requests, report.cached_utterances) == (0, 1)
    assert [cue["cue_type"] for cue in db.cues(other)] == ["commitment"]
    assert len(db.rows("select * from cue_detection.llm_answer_uses")) == 2


def test_cache__texts_that_differ_in_names_share_a_response(db: CueDatabase, server: FaultServer) -> None:
    for name in ("Jennifer", "Michael"):
        db.add(f"I will ask {name}.")
    db.refresh_pending()
    run(db, server)
    assert requested_lines(server) == ["I will ask [name]."]


def test_cache__concurrent_sessions_with_equal_text_share_a_request(db: CueDatabase) -> None:
    for _ in range(6):
        db.add("I will do it.", "I'm worried.")
    db.refresh_pending()
    with FaultServer(delay_seconds=0.3) as server:
        report = run(db, server, llm_concurrency=6)
    assert report.succeeded == 6
    assert sorted(requested_lines(server)) == ["I will do it.", "I'm worried."]
    assert len(db.cues()) == 12


def test_cache__session_retries_when_the_shared_request_fails(db: CueDatabase) -> None:
    for _ in range(3):
        db.add("I will do it.")
    db.refresh_pending()
    with FaultServer(script=[Fault("malformed", seconds=0.3)]) as server:
        report = run(db, server, llm_concurrency=3, on_llm_failure="mark_failed")
    assert (report.succeeded, report.failed) == (3, 0)
    assert len(server.requests) == 2


def test_cache__key_depends_on_context_and_model(db: CueDatabase, server: FaultServer) -> None:
    db.add("I will do it.", coach="Will you do it?")
    db.add("I will do it.", coach="What did you say to her?")
    db.refresh_pending()
    run(db, server)
    assert len(requested_lines(server)) == 2
    make_all_pending(db)
    assert run(db, server, llm_model="other-model").requests == 2


def test_kill__loses_and_duplicates_nothing(db: CueDatabase) -> None:
    jobs = [db.add(f"I will do number {n}.", f"I'm worried about number {n}.") for n in range(12)]
    db.refresh_pending()
    with FaultServer(delay_seconds=0.15) as server:
        first = start(db, server)
        wait_until(lambda: server.response_count >= 5)
        kill(first)
        committed = len(db.rows("select 1 from cue_detection.llm_answers"))
        assert 0 < committed < 24, "the run was not killed while in progress"
        second = start(db, server)
        output, _ = second.communicate(timeout=300)
        paid = sum(len(request.lines) for request in server.requests)
    assert second.returncode == 0, output
    assert [row["status"] for row in db.detections()] == ["succeeded"] * 12
    assert {row["job_id"] for row in db.detections()} == set(jobs)
    assert len(db.cues()) == len({(row["utterance_id"], row["cue_type"]) for row in db.cues()}) == 24
    assert len(db.rows("select 1 from cue_detection.llm_answers")) == 24
    # Only the lines of the at most two requests in flight are requested again.
    request_counts = Counter(requested_lines(server))
    repeated = {text for text, count in request_counts.items() if count > 1}
    assert max(request_counts.values()) <= 2
    assert len(repeated) == paid - 24 <= 2 * 2 + 2 * 2


def test_kill__between_response_and_commit_repeats_only_that_request(
    db: CueDatabase,
) -> None:
    for n in range(4):
        db.add(f"I will do number {n}.")
    db.refresh_pending()
    with psycopg.connect(db.url) as blocker, FaultServer() as server:

        def block(lines: list[Any]) -> list[Any]:
            # the first response may be committed during the second request
            wait_until(lambda: db.rows("select 1 from cue_detection.llm_answers"))
            blocker.execute("lock table cue_detection.llm_answers in access exclusive mode")
            return lines

        server.script.extend([Fault("none"), Fault("edit", edit=block)])
        first = start(db, server, CUE_LLM_CONCURRENCY="1")
        wait_until(lambda: db.rows(WAITING_FOR_LOCK))
        kill(first)
        blocker.rollback()
        wait_until(lambda: not db.rows(ACTIVE_CONNECTIONS))
        committed = len(db.rows("select 1 from cue_detection.llm_answers"))
        assert committed == 1, "only the first response was committed"
        sent = len(server.requests)
        report = run(db, server)
    assert report.requests == len(server.requests) - sent == 3
    assert Counter(requested_lines(server))[server.requests[0].lines[0][1]] == 1
    assert (len(db.detections()), len(db.cues())) == (4, 4)
    assert len(db.rows("select 1 from cue_detection.llm_answers")) == 4


def test_kill__committed_responses_are_not_requested_again(db: CueDatabase) -> None:
    db.add(*(f"I will do part {n}." for n in range(6)))
    db.refresh_pending()
    with FaultServer(when={"part 5": Fault("hang")}) as server:
        first = start(db, server, CUE_LLM_CHUNK_UTTERANCES="1", CUE_LLM_CONCURRENCY="1")
        wait_until(lambda: len(db.rows("select 1 from cue_detection.llm_answers")) == 5)
        kill(first)
        assert db.detections() == []
        server.when = {}
        before = len(server.requests)
        report = run(db, server)
    assert report.requests == len(server.requests) - before == 1
    assert [text for _, text in server.requests[-1].lines] == ["I will do part 5."]
    assert len(db.cues()) == 6


def test_two_runs__process_each_session_once(db: CueDatabase) -> None:
    for n in range(10):
        db.add(f"I will do number {n}.")
    db.refresh_pending()
    with FaultServer(delay_seconds=0.1) as server, ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: run(db, server, llm_concurrency=2), range(2)))
    assert sorted(report.succeeded for report in reports) == [0, 10]
    assert not any(report.lock_timed_out for report in reports)
    assert len(requested_lines(server)) == 10
    assert len(db.detections()) == 10


def test_two_runs__second_stops_after_the_lock_timeout(db: CueDatabase) -> None:
    db.add("I will do it.")
    db.refresh_pending()
    with FaultServer(delay_seconds=1.5) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(run, db, server)
        wait_until(lambda: bool(server.requests))
        second = run(db, server, run_lock_timeout_seconds=0.2)
        assert second.lock_timed_out
        assert "another run" in second.summary()
        assert first.result().succeeded == 1
    assert len(db.detections()) == 1


def test_database__run_recovers_from_terminated_connections(db: CueDatabase, server: FaultServer) -> None:
    for n in range(4):
        db.add(f"I will do number {n}.")
    db.refresh_pending()
    terminate = """
        select pg_terminate_backend(pid) from pg_stat_activity
        where
            datname = current_database() and pid <> pg_backend_pid()
            and query ilike '%%insert into cue_detection%%'
    """

    def terminate_writers(lines: list[Any]) -> list[Any]:
        assert db.rows(terminate), "no connection was terminated"
        return lines

    server.script.extend([Fault("none"), Fault("edit", edit=terminate_writers)])
    report = run(db, server, llm_concurrency=1)
    assert report.succeeded == 4
    assert len(db.cues()) == 4
