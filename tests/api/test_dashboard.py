"""The coach's page without a browser: off by default, its policy, its words, and the door to the routes."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api.dashboard.field_descriptions import plain
from api.settings import Settings
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import known
from tests.api.service import API_KEY, SECOND_API_KEY, Service, serve
from tests.api.tokens import hs256

PROJECT_DIR = Path(__file__).parents[2]


def token() -> dict[str, str]:
    """Made when it is needed: it does not last for ever."""
    return {"Authorization": f"Bearer {hs256(DEMO_COACH_ID)}"}


@pytest.fixture(scope="module")
def paged(practice_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with the page, and a limit that its requests count against."""
    settings = {"API_DASHBOARD_ENABLED": "true", "API_RATE_LIMIT_PER_COACH": "600/minute"}
    with serve(tmp_path_factory.mktemp("paged"), practice_url, **settings) as running:
        yield running


def test_page__is_off_unless_asked_for(service: Service) -> None:
    assert Settings.model_fields["dashboard_enabled"].default is False
    for path in ("/dashboard", "/dashboard/app.js", "/dashboard/field-descriptions.json"):
        assert service.anonymous().get(path).status_code == 404
    assert service.anonymous(**token()).get("/dashboard/api/coach/summary").status_code == 404


def test_root__leads_to_the_page(paged: Service) -> None:
    answer = paged.anonymous().get("/", follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/dashboard")


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/app.js", "/dashboard/style.css"])
def test_files__come_under_a_strict_policy(paged: Service, path: str) -> None:
    answer = paged.anonymous().get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    assert API_KEY not in answer.text


def test_files__name_nothing_outside(paged: Service) -> None:
    folder = PROJECT_DIR / "api/dashboard/static"
    assert {file.name for file in folder.iterdir()} >= {"index.html", "app.js", "style.css"}
    pattern = re.compile(r"(?:src|href)=\"|url\(\"?(?:https?:)?//")
    assert not [f for f in folder.glob("*.css") if re.search(r"url\(\"?(?:https?:)?//", f.read_text())]
    assert pattern.search((folder / "index.html").read_text())
    assert "//" not in (folder / "index.html").read_text().replace("<!doctype html>", "")


@pytest.mark.parametrize(
    "path", ["/dashboard/../settings.py", "/dashboard/%2e%2e/settings.py", "/dashboard/x"]
)
def test_files__are_those_of_the_page_alone(paged: Service, path: str) -> None:
    assert paged.anonymous().get(path).status_code == 404


def test_door__answers_as_the_route_does(paged: Service) -> None:
    through = paged.anonymous(**token()).get("/dashboard/api/coach/summary")
    direct = paged.as_coach(DEMO_COACH_ID).get("/api/v1/analytics/coach/summary")
    assert through.status_code == direct.status_code == 200
    assert through.json() == direct.json()
    assert through.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert through.headers["ratelimit-limit"] == "600"


def test_door__leaves_the_token_to_the_gate(paged: Service) -> None:
    anonymous = paged.anonymous()
    assert anonymous.get("/dashboard/api/coach/summary").status_code == 401
    wrong = {"Authorization": f"Bearer {hs256(DEMO_COACH_ID, secret='y' * 40)}"}
    assert anonymous.get("/dashboard/api/coach/summary", headers=wrong).status_code == 401


def test_door__replaces_a_key_that_a_browser_sends(paged: Service) -> None:
    answer = paged.anonymous(**token(), **{"X-API-Key": "nonsense"}).get("/dashboard/api/coach/summary")
    assert answer.status_code == 200


def test_door__opens_only_what_the_page_needs(paged: Service, owner: Owner) -> None:
    mine = known(owner, DEMO_COACH_ID)
    page = paged.anonymous(**token())
    assert page.put("/dashboard/api/coach/settings", json={}).status_code == 404
    assert page.post(f"/dashboard/api/compute/{mine.client_id}").status_code == 404
    assert page.post(f"/dashboard/api/risk/alerts/{mine.alert_id}/acknowledge", json={}).status_code == 200
    assert page.get("/dashboard/api/%2e%2e/%2e%2e/health/live").status_code == 404


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("none", 200), ("same-site", 404), ("cross-site", 404)]
)
def test_door__is_shut_to_other_pages(paged: Service, site: str, status: int) -> None:
    answer = paged.anonymous(**token(), **{"Sec-Fetch-Site": site}).get("/dashboard/api/coach/summary")
    assert answer.status_code == status


def test_door__leaves_the_same_trail(paged: Service, owner: psycopg.Connection[dict[str, object]]) -> None:
    answer = paged.anonymous(**token()).get("/dashboard/api/coach/summary")
    mark = answer.headers["x-correlation-id"]
    row = owner.execute(
        "select route, coach_id from analytics_api.audit_log where correlation_id = %s", [mark]
    ).fetchone()
    assert row == {"route": "GET /api/v1/analytics/coach/summary", "coach_id": DEMO_COACH_ID}
    line = paged.line(correlation_id=mark)
    assert (line["coach_id"], line["route"]) == (str(DEMO_COACH_ID), "/api/v1/analytics/coach/summary")
    assert API_KEY not in paged.printed()
    assert SECOND_API_KEY not in paged.printed()


def test_words__are_those_of_the_contract(paged: Service) -> None:
    words = paged.anonymous().get("/dashboard/field-descriptions.json").json()
    document = paged.anonymous().get("/openapi.json").json()["components"]["schemas"]
    assert (
        words["CoachSummary"]["total_clients"]
        == (document["CoachSummary"]["properties"]["total_clients"]["description"])
    )
    assert not [
        text for fields in words.values() for text in fields.values() if re.search(r"\bnull\b", text, re.I)
    ]


def test_plain__says_unknown_where_the_contract_says_null() -> None:
    assert plain("Mean engagement, 0 to 100; null when unknown.") == "Mean engagement, 0 to 100."
    assert plain("Points. Null for a first score.") == "Points. Unknown for a first score."
    assert (
        plain("only if `is_calibrated`; null without any.") == "only if is_calibrated; unknown without any."
    )


def test_warnings__each_have_a_sentence() -> None:
    """The page knows a plain sentence for every warning that the models can raise."""
    models = PROJECT_DIR / "dbt_project/models/intermediate/sessions/int_sessions__quality.sql"
    raised = set(re.findall(r"'([a-z]+_[a-z_]+)'", models.read_text().partition("array_remove")[2]))
    sentences = (PROJECT_DIR / "dashboard/src/warnings.ts").read_text()
    assert {"short_session", "single_speaker", "cue_detection_pending"} <= raised
    assert [name for name in sorted(raised) if f"  {name}: " not in sentences] == []
