"""The dashboard without a browser: setting, security policy, field descriptions, proxy."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api.dashboard.field_descriptions import plain_text
from api.settings import Settings
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import owned_ids
from tests.api.service import API_KEY, SECOND_API_KEY, Service, serve
from tests.api.tokens import hs256

PROJECT_DIR = Path(__file__).parents[2]


def token() -> dict[str, str]:
    """A function, as tokens expire."""
    return {"Authorization": f"Bearer {hs256(DEMO_COACH_ID)}"}


@pytest.fixture(scope="module")
def dashboard(practice_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the dashboard and a rate limit."""
    settings = {"API_DASHBOARD_ENABLED": "true", "API_RATE_LIMIT_PER_COACH": "600/minute"}
    with serve(tmp_path_factory.mktemp("dashboard"), practice_url, **settings) as running:
        yield running


def test_dashboard__is_disabled_by_default(service: Service) -> None:
    assert Settings.model_fields["dashboard_enabled"].default is False
    for path in ("/dashboard", "/dashboard/app.js", "/dashboard/field-descriptions.json"):
        assert service.anonymous().get(path).status_code == 404
    assert service.anonymous(**token()).get("/dashboard/api/coach/summary").status_code == 404


def test_root__redirects_to_the_dashboard(dashboard: Service) -> None:
    response = dashboard.anonymous().get("/", follow_redirects=True)
    assert (response.status_code, response.url.path) == (200, "/dashboard")


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/app.js", "/dashboard/style.css"])
def test_files__have_a_strict_content_security_policy(dashboard: Service, path: str) -> None:
    response = dashboard.anonymous().get(path)
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-cache"
    assert API_KEY not in response.text


def test_files__load_nothing_from_other_hosts(dashboard: Service) -> None:
    static_dir = PROJECT_DIR / "api/dashboard/static"
    assert {file.name for file in static_dir.iterdir()} >= {"index.html", "app.js", "style.css"}
    pattern = re.compile(r"(?:src|href)=\"|url\(\"?(?:https?:)?//")
    assert not [f for f in static_dir.glob("*.css") if re.search(r"url\(\"?(?:https?:)?//", f.read_text())]
    assert pattern.search((static_dir / "index.html").read_text())
    assert "//" not in (static_dir / "index.html").read_text().replace("<!doctype html>", "")


@pytest.mark.parametrize(
    "path", ["/dashboard/../settings.py", "/dashboard/%2e%2e/settings.py", "/dashboard/x"]
)
def test_files__no_other_path_is_served(dashboard: Service, path: str) -> None:
    assert dashboard.anonymous().get(path).status_code == 404


def test_proxy__responds_as_the_route_does(dashboard: Service) -> None:
    proxied = dashboard.anonymous(**token()).get("/dashboard/api/coach/summary")
    direct = dashboard.as_coach(DEMO_COACH_ID).get("/api/v1/analytics/coach/summary")
    assert proxied.status_code == direct.status_code == 200
    assert proxied.json() == direct.json()
    assert proxied.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert proxied.headers["ratelimit-limit"] == "600"


def test_proxy__requires_a_valid_token(dashboard: Service) -> None:
    anonymous = dashboard.anonymous()
    assert anonymous.get("/dashboard/api/coach/summary").status_code == 401
    wrong = {"Authorization": f"Bearer {hs256(DEMO_COACH_ID, secret='y' * 40)}"}
    assert anonymous.get("/dashboard/api/coach/summary", headers=wrong).status_code == 401


def test_proxy__replaces_an_api_key_sent_by_the_browser(dashboard: Service) -> None:
    response = dashboard.anonymous(**token(), **{"X-API-Key": "nonsense"}).get("/dashboard/api/coach/summary")
    assert response.status_code == 200


def test_proxy__allows_only_routes_that_the_dashboard_uses(dashboard: Service, owner: Owner) -> None:
    own = owned_ids(owner, DEMO_COACH_ID)
    client = dashboard.anonymous(**token())
    assert client.put("/dashboard/api/coach/settings", json={}).status_code == 404
    assert client.post(f"/dashboard/api/compute/{own.client_id}").status_code == 404
    assert client.post(f"/dashboard/api/risk/alerts/{own.alert_id}/acknowledge", json={}).status_code == 200
    assert client.get("/dashboard/api/%2e%2e/%2e%2e/health/live").status_code == 404


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("none", 200), ("same-site", 404), ("cross-site", 404)]
)
def test_proxy__rejects_other_sites(dashboard: Service, site: str, status: int) -> None:
    response = dashboard.anonymous(**token(), **{"Sec-Fetch-Site": site}).get("/dashboard/api/coach/summary")
    assert response.status_code == status


def test_proxy__is_audited_and_logged_as_the_route(
    dashboard: Service, owner: psycopg.Connection[dict[str, object]]
) -> None:
    response = dashboard.anonymous(**token()).get("/dashboard/api/coach/summary")
    correlation_id = response.headers["x-correlation-id"]
    row = owner.execute(
        "select route, coach_id from analytics_api.audit_log where correlation_id = %s", [correlation_id]
    ).fetchone()
    assert row == {"route": "GET /api/v1/analytics/coach/summary", "coach_id": DEMO_COACH_ID}
    line = dashboard.log_line(correlation_id=correlation_id)
    assert (line["coach_id"], line["route"]) == (str(DEMO_COACH_ID), "/api/v1/analytics/coach/summary")
    assert API_KEY not in dashboard.output()
    assert SECOND_API_KEY not in dashboard.output()


def test_field_descriptions__equal_those_of_the_openapi_document(dashboard: Service) -> None:
    descriptions = dashboard.anonymous().get("/dashboard/field-descriptions.json").json()
    document = dashboard.anonymous().get("/openapi.json").json()["components"]["schemas"]
    assert (
        descriptions["CoachSummary"]["total_clients"]
        == (document["CoachSummary"]["properties"]["total_clients"]["description"])
    )
    assert not [
        text
        for fields in descriptions.values()
        for text in fields.values()
        if re.search(r"\bnull\b", text, re.I)
    ]


def test_plain_text__replaces_null_by_unknown() -> None:
    assert plain_text("Mean engagement, 0 to 100; null when unknown.") == "Mean engagement, 0 to 100."
    assert plain_text("Points. Null for a first score.") == "Points. Unknown for a first score."
    assert (
        plain_text("only if `is_calibrated`; null without any.")
        == "only if is_calibrated; unknown without any."
    )


def test_warnings__each_have_a_text() -> None:
    """The dashboard has a text for every quality warning of the models."""
    models = PROJECT_DIR / "dbt_project/models/intermediate/sessions/int_sessions__quality.sql"
    raised = set(re.findall(r"'([a-z]+_[a-z_]+)'", models.read_text().partition("array_remove")[2]))
    texts = (PROJECT_DIR / "dashboard/src/warnings.ts").read_text()
    assert {"short_session", "single_speaker", "cue_detection_pending"} <= raised
    assert [name for name in sorted(raised) if f"  {name}: " not in texts] == []
