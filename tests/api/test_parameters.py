"""Parameters that are spelled oddly, sent twice, or known to nobody."""

from uuid import UUID

import httpx
import pytest

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import ROUTES, Known, Route, known
from tests.api.service import PREFIX, Service

WITH_ID = [route for route in ROUTES if route.takes_id]
SPELLINGS = {
    "braces": "{{{0}}}",
    "urn": "urn:uuid:{0}",
    "no hyphens": "{0.hex}",
    "space before": "%20{0}",
    "line break after": "{0}%0A",
    "too short": "{0.node:x}",
    "nil byte": "%00",
    "no uuid": "1%20or%201=1",
}


@pytest.fixture
def own(owner: Owner) -> Known:
    return known(owner, DEMO_COACH_ID)


@pytest.fixture
def coach(service: Service) -> httpx.Client:
    return service.as_coach(DEMO_COACH_ID)


def address(route: Route, own: Known, spelling: str) -> str:
    ids = {"client_id": own.client_id, "job_id": own.job_id, "alert_id": own.alert_id, "task_id": UUID(int=5)}
    spelled = {name: spelling.format(UUID(str(value))) for name, value in ids.items()}
    return PREFIX + route.template.format(**spelled)


@pytest.mark.parametrize("route", WITH_ID, ids=lambda r: f"{r.method} {r.template}")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_id__in_any_spelling_but_its_own_is_422(
    coach: httpx.Client, own: Known, route: Route, spelling: str
) -> None:
    answer = coach.request(route.method, address(route, own, SPELLINGS[spelling]), json=route.body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["location"][0] == "path"
    assert str(own.client_id) not in answer.text


def test_id__in_capital_letters_is_the_same_id(coach: httpx.Client, own: Known) -> None:
    path = f"{PREFIX}/clients/{{}}/summary"
    as_written, capitals = (
        coach.get(path.format(own.client_id)),
        coach.get(path.format(own.client_id).upper()),
    )
    assert capitals.status_code == 404, "addresses are not ids"
    capitals = coach.get(path.format(str(own.client_id).upper()))
    assert (capitals.status_code, capitals.content) == (200, as_written.content)


def test_parameter__unknown_to_the_route_changes_nothing(coach: httpx.Client, own: Known) -> None:
    path = f"{PREFIX}/clients/{own.client_id}/sessions"
    other = {"coach_id": str(UUID(int=1)), "client_id": str(UUID(int=2)), "order": "asc"}
    assert coach.get(path, params=other).content == coach.get(path).content


def test_parameter__sent_twice_counts_the_last_time(coach: httpx.Client, own: Known) -> None:
    path = f"{PREFIX}/clients/{own.client_id}/sessions"
    assert coach.get(f"{path}?limit=5&limit=1").content == coach.get(f"{path}?limit=1").content
    assert coach.get(f"{path}?limit=1&limit=x").status_code == 422


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e1", "0x5", "%00", "\u0665", "5;", "9" * 5000])
def test_limit__that_is_no_plain_number_is_422(coach: httpx.Client, value: str) -> None:
    assert coach.get(f"{PREFIX}/risk/alerts?limit={value}").status_code == 422
    assert coach.get(f"{PREFIX}/coach/at-risk-clients?offset={value}").status_code == 422


def test_offset__beyond_the_end_is_an_empty_page(coach: httpx.Client) -> None:
    path = f"{PREFIX}/risk/alerts?status=all"
    page = coach.get(f"{path}&offset=2147483647").json()
    assert page == {"alerts": [], "total": coach.get(path).json()["total"]}
