"""Nothing is lost, doubled or paid for twice: cache, kill in the middle, two runs at once."""

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
from tests.support.cues import CueDatabase, KeywordDetector, llm_settings, stop, wait_until

# A process of its own, as the orchestrator starts it, with the tests' stand-in for the local detector.
SCRIPT = """
import os
from cue_detector.run import detect_pending
from cue_detector.settings import CueSettings
from tests.support.cues import KeywordDetector
print(detect_pending(os.environ["CUES_DATABASE_URL"], CueSettings(), local=KeywordDetector()).summary())
"""


AT_WORK = "select 1 from pg_stat_activity where application_name = 'detector under test'"
WAITING = f"{AT_WORK} and wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def made(built_database_url: str) -> CueDatabase:
    return CueDatabase(built_database_url)


@pytest.fixture
def db(made: CueDatabase) -> CueDatabase:
    made.clear()
    return made


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


def asked_lines(server: FaultServer) -> list[str]:
    return [text for asked in server.requests for _, text in asked.lines]


def read_again(db: CueDatabase) -> None:
    """Make every session pending, as a rebuild of the detections would."""
    db.forget()
    db.list_sessions()


def test_cache__a_second_reading_costs_no_request(db: CueDatabase, server: FaultServer) -> None:
    db.add("I will do it.", "I'm worried.", "Nothing special.")
    db.list_sessions()
    run(db, server)
    before = db.cues()
    read_again(db)
    report = run(db, server)
    assert (report.requests, report.cached_utterances, report.succeeded) == (0, 3, 1)
    assert len(server.requests) == 1
    fresh = ("detection_id", "created_at")
    assert [{k: v for k, v in row.items() if k not in fresh} for row in db.cues()] == [
        {k: v for k, v in row.items() if k not in fresh} for row in before
    ]


def test_cache__the_same_words_in_another_session_cost_no_request(
    db: CueDatabase, server: FaultServer
) -> None:
    db.add("I will do it.")
    db.list_sessions()
    run(db, server)
    other = db.add("I will do it.")
    db.list_sessions()
    report = run(db, server)
    assert (report.requests, report.cached_utterances) == (0, 1)
    assert [cue["cue_type"] for cue in db.cues(other)] == ["commitment"]
    assert len(db.rows("select * from cue_detection.llm_answer_uses")) == 2


def test_cache__names_do_not_make_words_different(db: CueDatabase, server: FaultServer) -> None:
    for name in ("Jennifer", "Michael"):
        db.add(f"I will ask {name}.")
    db.list_sessions()
    run(db, server)
    assert asked_lines(server) == ["I will ask [name]."]


def test_cache__the_same_words_asked_at_the_same_time_are_paid_once(db: CueDatabase) -> None:
    for _ in range(6):
        db.add("I will do it.", "I'm worried.")
    db.list_sessions()
    with FaultServer(delay_seconds=0.3) as server:
        report = run(db, server, llm_concurrency=6)
    assert report.succeeded == 6
    assert sorted(asked_lines(server)) == ["I will do it.", "I'm worried."]
    assert len(db.cues()) == 12


def test_cache__waiting_for_another_session_that_fails_asks_itself(db: CueDatabase) -> None:
    for _ in range(3):
        db.add("I will do it.")
    db.list_sessions()
    with FaultServer(script=[Fault("malformed", seconds=0.3)]) as server:
        report = run(db, server, llm_concurrency=3, on_llm_failure="mark_failed")
    assert (report.succeeded, report.failed) == (3, 0)
    assert len(server.requests) == 2


def test_cache__other_context_or_model_is_another_question(db: CueDatabase, server: FaultServer) -> None:
    db.add("I will do it.", coach="Will you do it?")
    db.add("I will do it.", coach="What did you say to her?")
    db.list_sessions()
    run(db, server)
    assert len(asked_lines(server)) == 2
    read_again(db)
    assert run(db, server, llm_model="other-model").requests == 2


def test_kill__nothing_is_lost_doubled_or_paid_twice(db: CueDatabase) -> None:
    jobs = [db.add(f"I will do number {n}.", f"I'm worried about number {n}.") for n in range(12)]
    db.list_sessions()
    with FaultServer(delay_seconds=0.15) as server:
        first = start(db, server)
        wait_until(lambda: server.answered >= 5)
        stop(first)
        committed = len(db.rows("select 1 from cue_detection.llm_answers"))
        assert 0 < committed < 24, "it was killed in the middle"
        second = start(db, server)
        output, _ = second.communicate(timeout=60)
        paid = sum(len(asked.lines) for asked in server.requests)
    assert second.returncode == 0, output
    assert [row["status"] for row in db.detections()] == ["succeeded"] * 12
    assert {row["job_id"] for row in db.detections()} == set(jobs)
    assert len(db.cues()) == len({(row["utterance_id"], row["cue_type"]) for row in db.cues()}) == 24
    assert len(db.rows("select 1 from cue_detection.llm_answers")) == 24
    # What was committed is never asked about again; what was on its way is, and is at most two requests.
    asked_by_second = Counter(asked_lines(server))
    again = {text for text, count in asked_by_second.items() if count > 1}
    assert max(asked_by_second.values()) <= 2
    assert len(again) == paid - 24 <= 2 * 2 + 2 * 2


def test_kill__between_an_answer_and_its_commit_costs_what_was_on_its_way_and_no_more(
    db: CueDatabase,
) -> None:
    for n in range(4):
        db.add(f"I will do number {n}.")
    db.list_sessions()
    with psycopg.connect(db.url) as blocker, FaultServer() as server:

        def block(lines: list[Any]) -> list[Any]:
            # the first answer may be written while the second one is asked for
            wait_until(lambda: db.rows("select 1 from cue_detection.llm_answers"))
            blocker.execute("lock table cue_detection.llm_answers in access exclusive mode")
            return lines

        server.script.extend([Fault("none"), Fault("edit", edit=block)])
        first = start(db, server, CUE_LLM_CONCURRENCY="1")
        wait_until(lambda: db.rows(WAITING), 60)
        stop(first)
        blocker.rollback()
        wait_until(lambda: not db.rows(AT_WORK))
        committed = len(db.rows("select 1 from cue_detection.llm_answers"))
        assert committed == 1, "the second answer had come, and was not committed"
        sent = len(server.requests)
        report = run(db, server)
    assert report.requests == len(server.requests) - sent == 3
    assert Counter(asked_lines(server))[server.requests[0].lines[0][1]] == 1
    assert (len(db.detections()), len(db.cues())) == (4, 4)
    assert len(db.rows("select 1 from cue_detection.llm_answers")) == 4


def test_kill__an_answer_that_was_committed_is_never_asked_for_again(db: CueDatabase) -> None:
    db.add(*(f"I will do part {n}." for n in range(6)))
    db.list_sessions()
    with FaultServer(when={"part 5": Fault("hang")}) as server:
        first = start(db, server, CUE_LLM_CHUNK_UTTERANCES="1", CUE_LLM_CONCURRENCY="1")
        wait_until(lambda: len(db.rows("select 1 from cue_detection.llm_answers")) == 5)
        stop(first)
        assert db.detections() == []
        server.when = {}
        before = len(server.requests)
        report = run(db, server)
    assert report.requests == len(server.requests) - before == 1
    assert [text for _, text in server.requests[-1].lines] == ["I will do part 5."]
    assert len(db.cues()) == 6


def test_two_runs__each_session_is_read_once(db: CueDatabase) -> None:
    for n in range(10):
        db.add(f"I will do number {n}.")
    db.list_sessions()
    with FaultServer(delay_seconds=0.1) as server, ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: run(db, server, llm_concurrency=2), range(2)))
    assert sorted(report.succeeded for report in reports) == [0, 10]
    assert not any(report.is_busy for report in reports)
    assert len(asked_lines(server)) == 10
    assert len(db.detections()) == 10


def test_two_runs__the_second_gives_up_after_its_wait(db: CueDatabase) -> None:
    db.add("I will do it.")
    db.list_sessions()
    with FaultServer(delay_seconds=1.5) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(run, db, server)
        wait_until(lambda: bool(server.requests))
        second = run(db, server, run_lock_timeout_seconds=0.2)
        assert second.is_busy
        assert "another run" in second.summary()
        assert first.result().succeeded == 1
    assert len(db.detections()) == 1


def test_database__a_moment_away_is_overcome(db: CueDatabase, server: FaultServer) -> None:
    for n in range(4):
        db.add(f"I will do number {n}.")
    db.list_sessions()
    cut = """
        select pg_terminate_backend(pid) from pg_stat_activity
        where
            datname = current_database() and pid <> pg_backend_pid()
            and query ilike '%%insert into cue_detection%%'
    """

    def cut_writers(lines: list[Any]) -> list[Any]:
        assert db.rows(cut), "there were connections to cut"
        return lines

    server.script.extend([Fault("none"), Fault("edit", edit=cut_writers)])
    report = run(db, server, llm_concurrency=1)
    assert report.succeeded == 4
    assert len(db.cues()) == 4
