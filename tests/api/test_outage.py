"""The database goes away, comes back, is slow, has nothing, or is misconfigured; the service is stopped."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.proxy import Wire, wire_to
from tests.api.service import API_KEY, JWT_SECRET, PREFIX, Service, refusal, serve
from tests.support.databases import fresh_database
from warehouse.paths import PROJECT_DIR

SUMMARY = f"{PREFIX}/coach/summary"


@pytest.fixture(scope="module")
def wired(practice_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Wire]]:
    folder = tmp_path_factory.mktemp("wired")
    with (
        wire_to(practice_url) as (wire, address),
        serve(folder, address, API_POOL_TIMEOUT_SECONDS="1") as service,
    ):
        yield service, wire


def assert_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}
    assert "psycopg" not in answer.text
    assert "127.0.0.1" not in answer.text


def test_outage__is_503_and_heals_by_itself(wired: tuple[Service, Wire]) -> None:
    service, wire = wired
    coach = service.as_coach(DEMO_COACH_ID)
    assert coach.get(SUMMARY).status_code == 200
    wire.cut()
    started = time.monotonic()
    assert_unavailable(coach.get(SUMMARY))
    assert_unavailable(coach.get("/health/ready"))
    assert time.monotonic() - started < 10
    assert coach.get("/health/live").status_code == 200, "the process itself lives"
    wire.mend()
    deadline = time.monotonic() + 15
    while coach.get(SUMMARY).status_code != 200:
        assert time.monotonic() < deadline, service.printed()
        time.sleep(0.2)
    assert coach.get("/health/ready").status_code == 200


def test_outage__a_long_one_heals_as_quickly(wired: tuple[Service, Wire]) -> None:
    service, wire = wired
    coach = service.as_coach(DEMO_COACH_ID)
    wire.cut()
    for _ in range(6):
        assert_unavailable(coach.get(SUMMARY))
    wire.mend()
    mended = time.monotonic()
    while coach.get(SUMMARY).status_code != 200:
        assert time.monotonic() - mended < 10, service.printed()
        time.sleep(0.2)


def test_outage__connections_that_died_while_idle_cost_no_request(
    wired: tuple[Service, Wire], owner: Owner
) -> None:
    """A restart of the server kills every connection of the pool; the next requests notice nothing."""
    service, _ = wired
    coach = service.as_coach(DEMO_COACH_ID)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert set(pool.map(lambda _: coach.get(SUMMARY).status_code, range(16))) == {200}
            owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'coaching-analytics-api' and datname = current_database()"
            )
            owner.commit()


def test_outage__a_statement_that_takes_too_long_is_503(
    practice_url: str, owner: Owner, tmp_path: Path
) -> None:
    with serve(tmp_path, practice_url, API_STATEMENT_TIMEOUT_SECONDS="0.3") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        owner.execute("lock table ai_backend.session_analytics in access exclusive mode")
        started = time.monotonic()
        answer = coach.get(SUMMARY)
        took = time.monotonic() - started
        owner.rollback()
        assert_unavailable(answer)
        assert 0.25 < took < 3
        assert coach.get(SUMMARY).status_code == 200


def test_outage__more_requests_than_connections_wait_for_their_turn(
    practice_url: str, tmp_path: Path
) -> None:
    with serve(tmp_path, practice_url, API_POOL_SIZE="2", API_POOL_TIMEOUT_SECONDS="20") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(lambda _: coach.get(SUMMARY).status_code, range(64))) == {200}


def test_outage__a_database_away_at_the_start_does_not_stop_the_start(
    practice_url: str, tmp_path: Path
) -> None:
    with wire_to(practice_url) as (wire, address):
        wire.cut()
        with serve(tmp_path, address, API_POOL_TIMEOUT_SECONDS="1") as service:
            assert_unavailable(service.as_coach(DEMO_COACH_ID).get(SUMMARY))
            wire.mend()
            deadline = time.monotonic() + 15
            while service.as_coach(DEMO_COACH_ID).get(SUMMARY).status_code != 200:
                assert time.monotonic() < deadline
                time.sleep(0.2)


def test_ready__says_that_nothing_is_computed_yet(
    server_url: str, migrated_template: str, tmp_path: Path
) -> None:
    with fresh_database(server_url, migrated_template) as url, serve(tmp_path, url) as service:
        for path in ("/health/ready", SUMMARY):
            answer = service.as_coach(DEMO_COACH_ID).get(path)
            assert_unavailable(answer)
            assert answer.json()["detail"] == "The analytics have not been computed yet."


def test_ready__says_that_migrations_are_missing(
    server_url: str, migrated_template: str, tmp_path: Path
) -> None:
    with fresh_database(server_url, migrated_template) as url, serve(tmp_path, url) as service:
        with psycopg.connect(url) as connection:
            connection.execute(
                "delete from warehouse.schema_migrations "
                "where version = (select max(version) from warehouse.schema_migrations)"
            )
        answer = service.anonymous().get("/health/ready")
        assert_unavailable(answer)
        assert "lacks 1 of this version's migrations" in answer.json()["detail"]


def test_login__that_row_security_does_not_bind_is_never_used(practice_url: str, tmp_path: Path) -> None:
    """The owner's log-in, or a pooler that drops the option `role`: better no answer than everybody's."""
    with serve(
        tmp_path, practice_url, API_DATABASE_URL=practice_url, API_POOL_TIMEOUT_SECONDS="1"
    ) as service:
        assert_unavailable(service.as_coach(DEMO_COACH_ID).get(SUMMARY))
        assert "row-level security does not bind this log-in" in service.printed()


def test_stop__lets_requests_in_flight_finish(practice_url: str, owner: Owner, tmp_path: Path) -> None:
    with serve(tmp_path, practice_url, API_STATEMENT_TIMEOUT_SECONDS="120") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        owner.execute("lock table ai_backend.session_analytics in access exclusive mode")
        answers: list[int] = []
        request = threading.Thread(
            target=lambda: answers.append(coach.get(SUMMARY, timeout=120).status_code), daemon=True
        )
        request.start()
        until(lambda: _waiting(practice_url) == 1)
        service.process.send_signal(signal.SIGTERM)
        until(lambda: not _accepts(service))
        assert answers == []
        assert service.process.poll() is None, "it waits for the request"
        owner.rollback()
        request.join(60)
        assert answers == [200]
        assert service.process.wait(60) in (0, -signal.SIGTERM), (
            "uvicorn passes the signal on when it is done"
        )
        assert service.lines("stopped")


def test_stop__does_not_wait_for_ever_for_a_caller_who_holds_back(practice_url: str, tmp_path: Path) -> None:
    starts = (
        "Makefile",
        "sample/demo/services.py",
        "deploy/docker/Dockerfile",
        "deploy/systemd/coaching-api.service",
    )
    for file in starts:
        start = (PROJECT_DIR / file).read_text().partition("api.main:app")[2]
        assert "--timeout-graceful-shutdown" in start, f"{file} starts the service without a limit"
    with serve(tmp_path, practice_url, UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN="1") as service:
        port = int(service.address.rpartition(":")[2])
        head = f"PUT {PREFIX}/coach/settings HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in service.as_coach(DEMO_COACH_ID).headers.items()
        )
        with socket.create_connection(("127.0.0.1", port)) as caller:
            caller.sendall(f"{head}\r\n{{".encode())
            assert service.anonymous().get("/health/live").status_code == 200
            assert service.stop() in (0, -signal.SIGTERM)
        assert service.lines("stopped")


def test_audit__is_not_lost_when_the_process_is_killed(
    practice_url: str, owner: Owner, tmp_path: Path
) -> None:
    with serve(tmp_path, practice_url) as service:
        marks = [f"kill-{uuid4()}" for _ in range(20)]
        coach = service.as_coach(DEMO_COACH_ID)
        assert {coach.get(SUMMARY, headers={"X-Correlation-ID": mark}).status_code for mark in marks} == {200}
        service.process.kill()
        logged = owner.execute(
            "select count(*) as n from analytics_api.audit_log where correlation_id = any(%s)", [marks]
        ).fetchone()
    assert logged == {"n": 20}


def test_start__without_settings_is_refused_with_their_names() -> None:
    printed = refusal(SUPABASE_JWT_SECRET=JWT_SECRET, DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    assert "api: can't start: API_KEYS is not set" in printed
    assert "Traceback" not in printed
    printed = refusal(API_KEYS=API_KEY, DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    assert "SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL must be set" in printed
    assert API_KEY not in printed


def until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition. Fails after a time that no machine needs."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _waiting(database_url: str) -> int:
    """How many of the service's statements wait for a lock."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
            "and datname = current_database() and application_name = 'coaching-analytics-api'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _accepts(service: Service) -> bool:
    host, port = service.address.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
