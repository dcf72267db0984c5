"""Token limits per run and per day of the language model detector."""

import psycopg

from tests.fault_server import FaultServer
from tests.integration.test_cue_llm import cue_database, db, run, server  # noqa: F401 - fixtures
from tests.support.cues import CueDatabase


def test_llm__defers_sessions_beyond_the_limit_per_run(db: CueDatabase, server: FaultServer) -> None:  # noqa: F811
    for n in range(6):
        db.add(f"I will do number {n}.")
    settings = {
        "llm_concurrency": 1,
        "llm_chunk_tokens": 300,
        "llm_chunk_utterances": 5,
        "llm_output_tokens_per_utterance": 20,
    }
    first = run(db, server, llm_tokens_per_run=3300, **settings)
    assert first.deferred > 0
    assert first.succeeded > 0
    assert first.prompt_tokens + first.completion_tokens <= 3300
    assert first.used_fallback == 0
    deferred = [row for row in db.detections() if row["status"] == "deferred"]
    assert "limit per run" in deferred[0]["error"]
    second = run(db, server, **settings)
    assert (second.sessions, second.succeeded) == (first.deferred, first.deferred)
    assert len(server.requests) == 6
    assert len(db.cues()) == 6


def test_llm__limit_per_day_includes_earlier_runs(db: CueDatabase, server: FaultServer) -> None:  # noqa: F811
    db.add("I will do it.")
    first = run(db, server)
    spent = first.prompt_tokens + first.completion_tokens
    db.add("I'm worried about it.")
    settings = {"llm_chunk_tokens": 300, "llm_chunk_utterances": 5, "llm_output_tokens_per_utterance": 20}
    second = run(db, server, llm_tokens_per_day=spent + 500, **settings)
    assert second.deferred == 1
    assert "limit per day" in next(row["error"] for row in db.detections() if row["status"] == "deferred")
    assert len(server.requests) == 1


def test_llm__uses_cached_responses_when_the_limit_is_reached(
    db: CueDatabase,  # noqa: F811
    server: FaultServer,  # noqa: F811
) -> None:
    db.add("I will do it.")
    run(db, server)
    with psycopg.connect(db.url) as connection:
        connection.execute("update cue_detection.llm_spending set prompt_tokens = 100000000")
    again = db.add("I will do it.")
    report = run(db, server)
    assert (report.deferred, report.succeeded) == (0, 1)
    assert len(db.cues(again)) == 1
