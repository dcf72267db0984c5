"""Database outages, timeouts and misconfiguration; shutdown of the service."""

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
from tests.api.service import API_KEY, JWT_SECRET, PREFIX, Service, serve, startup_error
from tests.api.tcp_proxy import TcpProxy, tcp_proxy
from tests.support.databases import fresh_database
from warehouse.paths import PROJECT_DIR

SUMMARY = f"{PREFIX}/coach/summary"


@pytest.fixture(scope="module")
def proxied(
    practice_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, TcpProxy]]:
    log_dir = tmp_path_factory.mktemp("proxied")
    with (
        tcp_proxy(practice_url) as (proxy, url),
        serve(log_dir, url, API_POOL_TIMEOUT_SECONDS="1") as service,
    ):
        yield service, proxy


def assert_unavailable(response: httpx.Response) -> None:
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) > 0
    assert set(response.json()) == {"type", "title", "status", "detail", "instance"}
    assert "psycopg" not in response.text
    assert "127.0.0.1" not in response.text


def test_outage__is_503_and_recovers(proxied: tuple[Service, TcpProxy]) -> None:
    service, proxy = proxied
    coach = service.as_coach(DEMO_COACH_ID)
    assert coach.get(SUMMARY).status_code == 200
    proxy.interrupt()
    started = time.monotonic()
    assert_unavailable(coach.get(SUMMARY))
    assert_unavailable(coach.get("/health/ready"))
    assert time.monotonic() - started < 10
    assert coach.get("/health/live").status_code == 200, "liveness does not depend on the database"
    proxy.resume()
    deadline = time.monotonic() + 15
    while coach.get(SUMMARY).status_code != 200:
        assert time.monotonic() < deadline, service.output()
        time.sleep(0.2)
    assert coach.get("/health/ready").status_code == 200


def test_outage__long_outage_recovers_as_quickly(proxied: tuple[Service, TcpProxy]) -> None:
    service, proxy = proxied
    coach = service.as_coach(DEMO_COACH_ID)
    proxy.interrupt()
    for _ in range(6):
        assert_unavailable(coach.get(SUMMARY))
    proxy.resume()
    resumed = time.monotonic()
    while coach.get(SUMMARY).status_code != 200:
        assert time.monotonic() - resumed < 10, service.output()
        time.sleep(0.2)


def test_outage__closed_idle_connections_fail_no_request(
    proxied: tuple[Service, TcpProxy], owner: Owner
) -> None:
    """A server restart closes every pooled connection; the following requests succeed."""
    service, _ = proxied
    coach = service.as_coach(DEMO_COACH_ID)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert set(pool.map(lambda _: coach.get(SUMMARY).status_code, range(16))) == {200}
            owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'coaching-analytics-api' and datname = current_database()"
            )
            owner.commit()


def test_outage__statement_timeout_is_503(practice_url: str, owner: Owner, tmp_path: Path) -> None:
    with serve(tmp_path, practice_url, API_STATEMENT_TIMEOUT_SECONDS="0.3") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        owner.execute("lock table ai_backend.session_analytics in access exclusive mode")
        started = time.monotonic()
        response = coach.get(SUMMARY)
        elapsed = time.monotonic() - started
        owner.rollback()
        assert_unavailable(response)
        assert 0.25 < elapsed < 3
        assert coach.get(SUMMARY).status_code == 200


def test_outage__requests_wait_for_a_free_connection(practice_url: str, tmp_path: Path) -> None:
    with serve(tmp_path, practice_url, API_POOL_SIZE="2", API_POOL_TIMEOUT_SECONDS="20") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(lambda _: coach.get(SUMMARY).status_code, range(64))) == {200}


def test_outage__service_starts_without_the_database(practice_url: str, tmp_path: Path) -> None:
    with tcp_proxy(practice_url) as (proxy, url):
        proxy.interrupt()
        with serve(tmp_path, url, API_POOL_TIMEOUT_SECONDS="1") as service:
            assert_unavailable(service.as_coach(DEMO_COACH_ID).get(SUMMARY))
            proxy.resume()
            deadline = time.monotonic() + 15
            while service.as_coach(DEMO_COACH_ID).get(SUMMARY).status_code != 200:
                assert time.monotonic() < deadline
                time.sleep(0.2)


def test_ready__without_computed_marts_is_503(
    server_url: str, migrated_template: str, tmp_path: Path
) -> None:
    with fresh_database(server_url, migrated_template) as url, serve(tmp_path, url) as service:
        for path in ("/health/ready", SUMMARY):
            response = service.as_coach(DEMO_COACH_ID).get(path)
            assert_unavailable(response)
            assert response.json()["detail"] == "The analytics have not been computed yet."


def test_ready__with_missing_migrations_is_503(
    server_url: str, migrated_template: str, tmp_path: Path
) -> None:
    with fresh_database(server_url, migrated_template) as url, serve(tmp_path, url) as service:
        with psycopg.connect(url) as connection:
            connection.execute(
                "delete from warehouse.schema_migrations "
                "where version = (select max(version) from warehouse.schema_migrations)"
            )
        response = service.anonymous().get("/health/ready")
        assert_unavailable(response)
        assert "1 migrations of this version are not applied" in response.json()["detail"]


def test_login_role__that_bypasses_row_security_is_never_used(practice_url: str, tmp_path: Path) -> None:
    """Such as the owner, or a pooler that drops the option `role`: it would see the rows of all coaches."""
    with serve(
        tmp_path, practice_url, API_DATABASE_URL=practice_url, API_POOL_TIMEOUT_SECONDS="1"
    ) as service:
        assert_unavailable(service.as_coach(DEMO_COACH_ID).get(SUMMARY))
        assert "row-level security does not apply to this login role" in service.output()


def test_stop__finishes_requests_in_progress(practice_url: str, owner: Owner, tmp_path: Path) -> None:
    with serve(tmp_path, practice_url, API_STATEMENT_TIMEOUT_SECONDS="120") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        owner.execute("lock table ai_backend.session_analytics in access exclusive mode")
        responses: list[int] = []
        request = threading.Thread(
            target=lambda: responses.append(coach.get(SUMMARY, timeout=120).status_code), daemon=True
        )
        request.start()
        wait_until(lambda: _lock_waits(practice_url) == 1)
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not _accepts(service))
        assert responses == []
        assert service.process.poll() is None, "the service waits for the request"
        owner.rollback()
        request.join(60)
        assert responses == [200]
        assert service.process.wait(60) in (0, -signal.SIGTERM), (
            "uvicorn re-raises the signal after the shutdown"
        )
        assert service.log_lines("stopped")


def test_stop__has_a_timeout_for_incomplete_requests(practice_url: str, tmp_path: Path) -> None:
    start_files = (
        "Makefile",
        "sample/demo/services.py",
        "deploy/docker/Dockerfile",
        "deploy/systemd/coaching-api.service",
    )
    for file in start_files:
        arguments = (PROJECT_DIR / file).read_text().partition("api.main:app")[2]
        assert "--timeout-graceful-shutdown" in arguments, (
            f"{file} starts the service without a shutdown timeout"
        )
    with serve(tmp_path, practice_url, UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN="1") as service:
        port = int(service.base_url.rpartition(":")[2])
        head = f"PUT {PREFIX}/coach/settings HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in service.as_coach(DEMO_COACH_ID).headers.items()
        )
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(f"{head}\r\n{{".encode())
            assert service.anonymous().get("/health/live").status_code == 200
            assert service.stop() in (0, -signal.SIGTERM)
        assert service.log_lines("stopped")


def test_audit__survives_a_killed_process(practice_url: str, owner: Owner, tmp_path: Path) -> None:
    with serve(tmp_path, practice_url) as service:
        correlation_ids = [f"kill-{uuid4()}" for _ in range(20)]
        coach = service.as_coach(DEMO_COACH_ID)
        assert {
            coach.get(SUMMARY, headers={"X-Correlation-ID": correlation_id}).status_code
            for correlation_id in correlation_ids
        } == {200}
        service.process.kill()
        logged = owner.execute(
            "select count(*) as n from analytics_api.audit_log where correlation_id = any(%s)",
            [correlation_ids],
        ).fetchone()
    assert logged == {"n": 20}


def test_start__without_required_settings_fails_and_names_them() -> None:
    output = startup_error(SUPABASE_JWT_SECRET=JWT_SECRET, DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    assert "api: invalid configuration: API_KEYS is not set" in output
    assert "Traceback" not in output
    output = startup_error(API_KEYS=API_KEY, DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    assert "SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL must be set" in output
    assert API_KEY not in output


def wait_until(condition: Callable[[], bool]) -> None:
    """Waits for a condition. Fails after a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lock_waits(database_url: str) -> int:
    """Counts the service's statements that wait for a lock."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
            "and datname = current_database() and application_name = 'coaching-analytics-api'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _accepts(service: Service) -> bool:
    host, port = service.base_url.removeprefix("http://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
