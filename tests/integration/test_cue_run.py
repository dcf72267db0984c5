"""Detection runs: selection of pending sessions, stored rows, privileges and erasure."""

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from cue_detector import sentiment
from cue_detector.domain import DetectionStatus, SessionDetection, SessionInput
from cue_detector.run import detect_pending
from cue_detector.run_report import RunReport
from cue_detector.settings import CueSettings
from tests.fault_server import Fault, FaultServer
from tests.support.cues import CueDatabase, KeywordDetector, llm_settings
from tests.support.databases import as_role
from tests.support.rows import Said, new_id

LOCAL = CueSettings(detector="local", run_lock_timeout_seconds=0)


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


def run(db: CueDatabase, settings: CueSettings = LOCAL, **variables: Any) -> RunReport:
    db.refresh_pending(**variables)
    return detect_pending(db.cues_url, settings, local=KeywordDetector())


def execute(db: CueDatabase, statement: str, *parameters: Any) -> None:
    with psycopg.connect(db.url) as connection:
        connection.execute(statement.encode(), list(parameters))


def test_run__processes_a_session_once(db: CueDatabase) -> None:
    job = db.add("Well, maybe.")
    first, second = run(db), run(db)
    assert (first.sessions, first.succeeded, first.cues) == (1, 1, 1)
    assert (second.sessions, second.succeeded) == (0, 0)
    assert len(db.detections(job)) == 1


def test_run__stores_excerpt_context_and_provenance(db: CueDatabase) -> None:
    long = "I keep thinking about it all day. " * 12
    job = db.add(
        "My name is Thandiwe Mbeki.", f"{long}So maybe I will not. {long}", coach=f"{long}What now, Thandiwe?"
    )
    run(db)
    (cue,) = db.cues(job)
    (detection,) = db.detections(job)
    assert (cue["detection_id"], cue["detector"]) == (detection["detection_id"], "local")
    assert (cue["detector_version"], cue["prompt_version"]) == ("keywords-1", None)
    assert len(cue["text_excerpt"]) <= 200
    assert "So maybe I will not." in cue["text_excerpt"], "the excerpt contains the matched words"
    before, question = cue["preceding_context"].split("\n")
    assert before == "client: My name is [name]."
    assert question.endswith("What now, [name]?")
    assert question.startswith("coach: …")
    assert len(question) <= 150
    assert cue["timestamp_seconds"] == 26
    assert cue["created_at"] == detection["finished_at"]


def test_run__context_is_the_two_preceding_utterances_of_any_speaker(db: CueDatabase) -> None:
    utterances = [
        Said("coach", 0, 1, "One."),
        Said("speaker_3", 2, 3, "Two."),
        Said("coach", 4, 5, " "),
        Said("coach", 6, 7, "Three.", sentiment="neutral"),
        Said("client", 8, 9, "Four, maybe."),
    ]
    db.add_utterances(utterances)
    run(db)
    assert db.cues()[0]["preceding_context"] == "other: Two.\ncoach: Three."


def test_run__completes_sessions_without_input(db: CueDatabase) -> None:
    jobs = [
        db.add_utterances(None),
        db.add_utterances([]),
        db.add_utterances([Said("coach", 0, 1, "Hello?", sentiment="neutral")]),
    ]
    report = run(db)
    assert (report.sessions, report.succeeded, report.without_input) == (3, 3, 3)
    assert {row["job_id"]: (row["detector"], row["status"]) for row in db.detections()} == dict.fromkeys(
        jobs, ("none", "succeeded")
    )
    assert run(db).sessions == 0


def test_run__scores_sentiment_without_a_usable_upstream_label(db: CueDatabase) -> None:
    utterances = [
        Said("coach", 0, 1, "You did a wonderful job.", sentiment=None),
        Said("client", 2, 3, "I hate all of it.", sentiment="confusing"),
        Said("client", 4, 5, "I love it.", sentiment="positive"),
        Said("client", 6, 7, "It was awful.", sentiment="-0.4"),
        Said("client", 8, 9, "...", sentiment=None),
        Said("speaker_1", 10, 11, "I hate it.", sentiment=None),
    ]
    job = db.add_utterances(utterances)
    run(db)
    rows = {row["utterance_id"]: row for row in db.rows("select * from cue_detection.utterance_sentiment")}
    coach, client = utterances[0].utterance_id, utterances[1].utterance_id
    assert set(rows) == {coach, client}
    assert rows[coach]["sentiment_score"] > 0 > rows[client]["sentiment_score"]
    row = rows[client]
    assert (row["source"], row["scorer_version"], row["job_id"]) == ("vader", sentiment.VERSION, job)


def test_run__replaces_the_cues_of_a_changed_session(db: CueDatabase) -> None:
    job = db.add("Well, maybe.", "Yes, maybe.")
    run(db)
    execute(db, "update ai_backend.utterances set text = 'No.' where text = 'Well, maybe.'")
    assert run(db).sessions == 0, "the edit did not change a timestamp"
    execute(db, "update ai_backend.transcription_jobs set updated_at = %s", datetime(2026, 11, 3, tzinfo=UTC))
    assert run(db).sessions == 1
    assert [cue["text_excerpt"] for cue in db.cues(job)] == ["Yes, maybe."]
    assert len(db.detections(job)) == 2


def test_run__moves_rows_when_a_session_moves_to_another_coach(db: CueDatabase) -> None:
    job = db.add_utterances([Said("client", 0, 9, "Well, maybe.", sentiment=None)])
    run(db)
    coach, client = new_id(), new_id()
    execute(
        db,
        "update ai_backend.transcription_jobs set coach_id = %s, client_id = %s where id = %s",
        coach,
        client,
        job,
    )
    report = run(db)
    assert (report.sessions, report.succeeded, report.cues) == (1, 1, 1)
    for table in ("utterance_cues", "utterance_sentiment"):
        with psycopg.connect(db.url) as connection:
            owners = connection.execute(
                f"select coach_id, client_id from cue_detection.{table} where job_id = %s".encode(), [job]
            ).fetchall()
        assert owners, table
        assert set(owners) == {(coach, client)}, table


def test_run__content_verification_finds_an_edit_without_a_new_timestamp(db: CueDatabase) -> None:
    job = db.add("Well, maybe.")
    run(db)
    assert run(db, verify_content=True).sessions == 0
    execute(db, "update ai_backend.utterances set text = 'No.' where text = 'Well, maybe.'")
    assert run(db, verify_content=True).sessions == 1
    assert db.cues(job) == []
    assert run(db, verify_content=True).sessions == 0


def test_run__another_detector_processes_sessions_only_if_targeted(
    db: CueDatabase, server: FaultServer
) -> None:
    job = db.add("I will do it, maybe.")
    run(db)
    settings = llm_settings(server.url)
    assert run(db, settings).sessions == 0
    target = "llm llm-1 test-model"
    assert run(db, settings, cue_target_detector=target).sessions == 1
    assert run(db, settings, cue_target_detector=target).sessions == 0
    assert [(cue["cue_type"], cue["detector"]) for cue in db.cues(job)] == [("commitment", "llm")]


def test_run__retries_provider_failures_in_every_run(db: CueDatabase) -> None:
    job = db.add("I will do it.")
    with FaultServer(always=Fault("error", status=401)) as server:
        settings = llm_settings(server.url, on_llm_failure="mark_failed")
        for _ in range(5):
            assert run(db, settings).failed == 1
        server.always = Fault("none")
        assert run(db, settings).succeeded == 1
    assert [row["status"] for row in db.detections(job)] == ["failed"] * 5 + ["succeeded"]
    assert len(db.cues(job)) == 1


def test_run__limits_retries_after_invalid_responses(db: CueDatabase) -> None:
    job = db.add("I will do it.")
    with FaultServer(always=Fault("malformed")) as server:
        settings = llm_settings(server.url, on_llm_failure="mark_failed", llm_max_reprompts=0)
        assert [run(db, settings).sessions for _ in range(5)] == [1, 1, 1, 0, 0]
        execute(
            db, "update ai_backend.transcription_jobs set updated_at = %s", datetime(2026, 11, 3, tzinfo=UTC)
        )
        assert run(db, settings).sessions == 1, "a changed session is retried"
    assert len(db.detections(job)) == 4


def test_run__a_failed_detection_keeps_the_previous_cues(db: CueDatabase) -> None:
    job = db.add("I will do it, maybe.")
    run(db)
    with FaultServer(always=Fault("error", status=401)) as server:
        run(
            db,
            llm_settings(server.url, on_llm_failure="mark_failed"),
            cue_target_detector="llm llm-1 test-model",
        )
    latest = db.rows(
        "select job_id, status, detector from analytics_intermediate.int_cues__latest_detections "
        "inner join cue_detection.session_detections using (detection_id, job_id, status)"
    )
    assert [(row["job_id"], row["status"], row["detector"]) for row in latest] == [
        (job, "succeeded", "local")
    ]
    assert [cue["cue_type"] for cue in db.cues(job)] == ["doubt"]


def test_run__does_not_store_cues_below_the_minimum_confidence(db: CueDatabase) -> None:
    db.add("Well, maybe.")
    run(db, CueSettings(detector="local", min_stored_confidence=0.81))
    assert db.cues() == []
    assert db.detections()[0]["cues_found"] == 0


def test_run__fetches_sessions_in_pages(db: CueDatabase) -> None:
    jobs = {db.add(f"Number {n}, maybe.") for n in range(7)}
    report = run(db, CueSettings(detector="local", fetch_size=2))
    assert report.succeeded == 7
    assert {cue["job_id"] for cue in db.cues()} == jobs


def test_run__skips_a_session_that_is_erased_during_the_run(db: CueDatabase) -> None:
    erased, remaining = db.add("I will go, maybe."), db.add("I will stay.")
    with FaultServer(delay_seconds=0.6) as server:
        db.refresh_pending()

        def erase(lines: list[Any]) -> list[Any]:
            execute(db, "delete from ai_backend.transcription_jobs where id = %s", erased)
            return lines

        server.when = {"I will go": Fault("edit", edit=erase)}
        report = detect_pending(db.cues_url, llm_settings(server.url), local=KeywordDetector())
    assert (report.succeeded, report.skipped, report.failed) == (1, 1, 0)
    assert {row["job_id"] for row in db.detections()} == {remaining}
    assert len(db.rows("select * from cue_detection.llm_answers")) == 1


def test_run__waits_while_the_input_is_rebuilt(db: CueDatabase) -> None:
    db.add("Well, maybe.")
    db.refresh_pending()
    execute(db, "alter view analytics_intermediate.int_cues__detector_input rename to away")

    def restore() -> None:
        execute(db, "alter view analytics_intermediate.away rename to int_cues__detector_input")

    timer = threading.Timer(1.5, restore)
    timer.start()
    report = detect_pending(db.cues_url, LOCAL, local=KeywordDetector())
    timer.join()
    assert (report.succeeded, report.cues) == (1, 1)


def test_run__records_a_failed_detection(db: CueDatabase) -> None:
    class FailingDetector(KeywordDetector):
        def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
            for session in sessions:
                yield SessionDetection(
                    session.job_id, "local", "1", None, DetectionStatus.FAILED, error="the rules failed"
                )

    db.add("Well, maybe.", coach="A wonderful question.")
    db.refresh_pending()
    report = detect_pending(db.cues_url, LOCAL, local=FailingDetector())
    assert report.failed == 1
    (row,) = db.detections()
    assert (row["status"], row["failure"], row["error"]) == ("failed", "answer", "the rules failed")


def test_run__report_and_progress_contain_no_text(db: CueDatabase) -> None:
    db.add("Nobody must know, maybe.")
    db.refresh_pending()
    lines: list[str] = []
    report = detect_pending(db.cues_url, LOCAL, local=KeywordDetector(), progress=lines.append)
    text = " ".join([*lines, report.summary(), report.progress_line()])
    assert "1 of 1 sessions processed" in text
    assert "know" not in text


def test_privileges__detector_reads_its_input_and_writes_its_own_tables_only(db: CueDatabase) -> None:
    job = db.add("Well, maybe.")
    run(db)
    with psycopg.connect(as_role(db.url, "warehouse_cues"), autocommit=True) as connection:
        assert connection.execute(
            "select count(*) from analytics_intermediate.int_cues__detector_input"
        ).fetchone()
        for forbidden in (
            "select * from ai_backend.utterances",
            "select * from ai_backend.session_analytics",
            "select * from analytics_intermediate.int_sessions__spine",
            "delete from analytics_intermediate.int_cues__pending_sessions",
            "delete from cue_detection.session_detections",
            "update cue_detection.utterance_cues set confidence = 1",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden.encode())
    for role in ("warehouse_api", "warehouse_analyst"):
        with (
            psycopg.connect(as_role(db.url, role)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("select * from cue_detection.utterance_cues")
    assert len(db.cues(job)) == 1


def test_erasure__deletes_everything_about_a_session(db: CueDatabase, server: FaultServer) -> None:
    one, other = db.add("I will do it.", "Only here."), db.add("I will do it.")
    run(db, llm_settings(server.url))
    assert count(db, "llm_answers") == 2
    execute(db, "delete from ai_backend.transcription_jobs where id = %s", one)
    assert count(db, "llm_answers") == 1, "a response used by another session remains"
    execute(db, "delete from ai_backend.transcription_jobs where id = %s", other)
    tables = "session_detections utterance_cues utterance_sentiment llm_answers llm_answer_uses"
    assert {table: count(db, table) for table in tables.split()} == dict.fromkeys(tables.split(), 0)
    assert count(db, "llm_spending") == 1, "the spending record remains"


def test_erasure__requires_no_privilege_on_the_response_cache(db: CueDatabase, server: FaultServer) -> None:
    job = db.add("I will do it.")
    run(db, llm_settings(server.url))
    with psycopg.connect(db.url) as connection:
        role = f"upstream_{new_id().hex}"
        connection.execute(f"create role {role}".encode())
        connection.execute(f"grant {role} to current_user".encode())
        connection.execute(f"grant usage on schema ai_backend to {role}".encode())
        connection.execute(f"grant select, delete on ai_backend.transcription_jobs to {role}".encode())
        connection.execute(f"set role {role}".encode())
        connection.execute("delete from ai_backend.transcription_jobs where id = %s", [job])
        connection.execute("reset role")
        row = connection.execute("select count(*) from cue_detection.llm_answers").fetchone()
        assert row == (0,)
        connection.rollback()


def count(db: CueDatabase, table: str) -> int:
    return len(db.rows(f"select 1 from cue_detection.{table}"))
