"""Malformed, repeated and unknown parameters."""

from uuid import UUID

import httpx
import pytest

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import ROUTES, OwnedIds, Route, owned_ids
from tests.api.service import PREFIX, Service

WITH_ID = [route for route in ROUTES if route.has_path_id]
FORMATS = {
    "braces": "{{{0}}}",
    "urn": "urn:uuid:{0}",
    "no hyphens": "{0.hex}",
    "space before": "%20{0}",
    "line break after": "{0}%0A",
    "too short": "{0.node:x}",
    "null byte": "%00",
    "not a uuid": "1%20or%201=1",
}


@pytest.fixture
def own(owner: Owner) -> OwnedIds:
    return owned_ids(owner, DEMO_COACH_ID)


@pytest.fixture
def coach(service: Service) -> httpx.Client:
    return service.as_coach(DEMO_COACH_ID)


def url(route: Route, own: OwnedIds, template: str) -> str:
    ids = {"client_id": own.client_id, "job_id": own.job_id, "alert_id": own.alert_id, "task_id": UUID(int=5)}
    values = {name: template.format(UUID(str(value))) for name, value in ids.items()}
    return PREFIX + route.template.format(**values)


@pytest.mark.parametrize("route", WITH_ID, ids=lambda r: f"{r.method} {r.template}")
@pytest.mark.parametrize("format_name", FORMATS)
def test_id__in_another_format_is_422(
    coach: httpx.Client, own: OwnedIds, route: Route, format_name: str
) -> None:
    response = coach.request(route.method, url(route, own, FORMATS[format_name]), json=route.body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"][0] == "path"
    assert str(own.client_id) not in response.text


def test_id__is_case_insensitive(coach: httpx.Client, own: OwnedIds) -> None:
    path = f"{PREFIX}/clients/{{}}/summary"
    lower = coach.get(path.format(own.client_id))
    upper = coach.get(path.format(str(own.client_id).upper()))
    assert (upper.status_code, upper.content) == (200, lower.content)
    assert coach.get(path.format(own.client_id).upper()).status_code == 404, "paths are case-sensitive"


def test_parameter__unknown_is_ignored(coach: httpx.Client, own: OwnedIds) -> None:
    path = f"{PREFIX}/clients/{own.client_id}/sessions"
    other = {"coach_id": str(UUID(int=1)), "client_id": str(UUID(int=2)), "order": "asc"}
    assert coach.get(path, params=other).content == coach.get(path).content


def test_parameter__last_of_repeated_values_is_used(coach: httpx.Client, own: OwnedIds) -> None:
    path = f"{PREFIX}/clients/{own.client_id}/sessions"
    assert coach.get(f"{path}?limit=5&limit=1").content == coach.get(f"{path}?limit=1").content
    assert coach.get(f"{path}?limit=1&limit=x").status_code == 422


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e1", "0x5", "%00", "\u0665", "5;", "9" * 5000])
def test_limit__not_an_integer_is_422(coach: httpx.Client, value: str) -> None:
    assert coach.get(f"{PREFIX}/risk/alerts?limit={value}").status_code == 422
    assert coach.get(f"{PREFIX}/coach/at-risk-clients?offset={value}").status_code == 422


def test_offset__beyond_the_end_is_an_empty_page(coach: httpx.Client) -> None:
    path = f"{PREFIX}/risk/alerts?status=all"
    page = coach.get(f"{path}&offset=2147483647").json()
    assert page == {"alerts": [], "total": coach.get(path).json()["total"]}
