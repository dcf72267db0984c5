"""Alert routes: list and acknowledge."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.risk.schemas import AcknowledgedAlert, AlertList
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner, assert_equals_row
from tests.api.service import PREFIX, Service

ALERTS = f"{PREFIX}/risk/alerts"
EXTRAS = ["opened_date", "severity_date", "resolved_date", "resolution", "is_muted", "recorded_at"]


@pytest.fixture
def coach(service: Service, owner: Owner) -> httpx.Client:
    """The demo coach without acknowledgements or settings."""
    owner.execute("delete from analytics_api.alert_acknowledgements")
    owner.execute("delete from analytics_api.coach_settings")
    owner.commit()
    return service.as_coach(DEMO_COACH_ID)


def rows(owner: Owner, where: str = "true") -> list[dict[str, Any]]:
    return owner.execute(
        "select * from ai_backend.risk_alerts "
        f"where coach_id = %s and {where} order by created_at desc, id".encode(),
        [DEMO_COACH_ID],
    ).fetchall()


def list_alerts(coach: httpx.Client, query: str = "") -> dict[str, Any]:
    response = coach.get(f"{ALERTS}?{query}")
    assert response.status_code == 200
    AlertList.model_validate(response.json())
    return dict(response.json())


def test_alerts__fields_equal_the_mart(coach: httpx.Client, owner: Owner) -> None:
    expected = rows(owner)
    body = list_alerts(coach, "status=all&limit=100")
    assert body["total"] == len(expected) >= 6
    for alert, row in zip(body["alerts"], expected, strict=True):
        assert_equals_row(alert, row, without=EXTRAS)


@pytest.mark.parametrize("status", ["pending", "acknowledged", "resolved", "all"])
@pytest.mark.parametrize("severity", ["warning", "urgent", "all"])
def test_alerts__are_filtered_by_status_and_severity(
    coach: httpx.Client, owner: Owner, status: str, severity: str
) -> None:
    coach.post(f"{ALERTS}/{rows(owner)[0]['id']}/acknowledge")
    expected = [
        str(row["id"])
        for row in rows(owner)
        if status in ("all", row["status"]) and severity in ("all", row["severity"])
    ]
    body = list_alerts(coach, f"status={status}&severity={severity}&limit=100")
    assert [alert["id"] for alert in body["alerts"]] == expected
    assert body["total"] == len(expected)


def test_alerts__default_is_pending_with_any_severity(coach: httpx.Client) -> None:
    assert list_alerts(coach) == list_alerts(coach, "status=pending&severity=all&limit=50&offset=0")


def test_alerts__pages_concatenate_to_the_full_list(coach: httpx.Client) -> None:
    full = list_alerts(coach, "status=all&limit=100")
    pages = [
        list_alerts(coach, f"status=all&limit=2&offset={offset}") for offset in range(0, full["total"] + 2, 2)
    ]
    assert [alert for page in pages for alert in page["alerts"]] == full["alerts"]
    assert {page["total"] for page in pages} == {full["total"]}


@pytest.mark.parametrize(
    "query", ["status=new", "severity=high", "limit=0", "limit=101", "offset=-1", "status="]
)
def test_alerts__parameter_out_of_range_is_422(coach: httpx.Client, query: str) -> None:
    assert coach.get(f"{ALERTS}?{query}").status_code == 422


def test_alerts__muted_alerts_are_not_listed(coach: httpx.Client, owner: Owner) -> None:
    before = {alert["alert_type"] for alert in list_alerts(coach, "status=all")["alerts"]}
    assert "no_session_30d" in before
    coach.put(f"{PREFIX}/coach/settings", json={"muted_alert_types": ["no_session_30d"]})
    assert "no_session_30d" not in {
        alert["alert_type"] for alert in list_alerts(coach, "status=all")["alerts"]
    }
    coach.put(f"{PREFIX}/coach/settings", json={"min_alert_severity": "urgent"})
    assert {alert["severity"] for alert in list_alerts(coach, "status=all")["alerts"]} == {"urgent"}
    coach.put(f"{PREFIX}/coach/settings", json={})
    assert {alert["alert_type"] for alert in list_alerts(coach, "status=all")["alerts"]} == before


@pytest.mark.parametrize("path", ["/alerts/{}/acknowledge", "/acknowledge/{}"])
def test_acknowledge__returns_the_fields_and_the_alert(coach: httpx.Client, owner: Owner, path: str) -> None:
    alert_id = rows(owner)[0]["id"]
    response = coach.post(f"{PREFIX}/risk" + path.format(alert_id), json={"notes": "Called her; she's well."})
    assert response.status_code == 200
    body = response.json()
    AcknowledgedAlert.model_validate(body)
    alert = body.pop("alert")
    assert body == alert
    assert_equals_row(alert, rows(owner)[0], without=EXTRAS)
    assert (alert["status"], alert["acknowledged_notes"]) == ("acknowledged", "Called her; she's well.")
    assert alert["acknowledged_at"] is not None


def test_acknowledge__repeated_keeps_the_first_timestamp_and_notes(coach: httpx.Client, owner: Owner) -> None:
    url = f"{ALERTS}/{rows(owner)[0]['id']}/acknowledge"
    first = coach.post(url, json={"notes": "first"}).json()
    assert coach.post(url).json() == first
    assert coach.post(url, json={}).json() == first
    assert coach.post(url, json={"notes": None}).json() == first
    changed = coach.post(url, json={"notes": "second"}).json()
    assert changed["acknowledged_notes"] == "second"
    assert changed["acknowledged_at"] == first["acknowledged_at"]


def test_acknowledge__alert_that_became_urgent_is_pending_again(coach: httpx.Client, owner: Owner) -> None:
    warning = rows(owner, "severity = 'warning'")[0]["id"]
    url = f"{ALERTS}/{warning}/acknowledge"
    first = coach.post(url, json={"notes": "seen"}).json()
    _set_severity(owner, warning, "urgent")
    try:
        again = next(a for a in list_alerts(coach)["alerts"] if a["id"] == str(warning))
        assert (again["status"], again["acknowledged_at"]) == ("pending", None)
        second = coach.post(url).json()
        assert second["status"] == "acknowledged"
        assert second["acknowledged_at"] > first["acknowledged_at"]
        assert second["acknowledged_notes"] == "seen"
        assert coach.post(url).json() == second
    finally:
        _set_severity(owner, warning, "warning")
    assert coach.post(url).json()["acknowledged_at"] == second["acknowledged_at"]


def test_acknowledge__concurrent_requests_store_one_row(
    service: Service, coach: httpx.Client, owner: Owner
) -> None:
    url = f"{ALERTS}/{rows(owner)[0]['id']}/acknowledge"
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: coach.post(url), range(24)))
    assert {response.status_code for response in responses} == {200}
    assert len({response.json()["acknowledged_at"] for response in responses}) == 1
    stored = owner.execute("select count(*) as n from analytics_api.alert_acknowledgements").fetchone()
    assert stored == {"n": 1}


def test_acknowledge__resolved_alert_stays_resolved(coach: httpx.Client, owner: Owner) -> None:
    alert_id = rows(owner)[0]["id"]
    owner.execute(
        "update ai_backend.risk_alert_episodes set resolved_date = opened_date + 1 where id = %s", [alert_id]
    )
    owner.commit()
    try:
        response = coach.post(f"{ALERTS}/{alert_id}/acknowledge", json={"notes": "after the fact"})
        assert response.status_code == 200
        assert (response.json()["status"], response.json()["acknowledged_notes"]) == (
            "resolved",
            "after the fact",
        )
    finally:
        owner.execute(
            "update ai_backend.risk_alert_episodes set resolved_date = null where id = %s", [alert_id]
        )
        owner.commit()


def test_acknowledge__foreign_alert_writes_nothing(service: Service, owner: Owner) -> None:
    alert_id = rows(owner)[0]["id"]
    assert service.as_coach(uuid4()).post(f"{ALERTS}/{alert_id}/acknowledge").status_code == 404
    assert service.as_coach(uuid4()).post(f"{ALERTS}/{uuid4()}/acknowledge").status_code == 404
    stored = owner.execute(
        "select count(*) as n from analytics_api.alert_acknowledgements where coach_id <> %s", [DEMO_COACH_ID]
    ).fetchone()
    assert stored == {"n": 0}


@pytest.mark.parametrize(
    "body",
    [
        b'{"notes": "' + b"x" * 1001 + b'"}',
        b'{"notes": 5}',
        b'{"notes": "a\\u0000b"}',
        b'{"notes": "\\ud800"}',
        b'{"note": "unknown field"}',
        b"[]",
        b'"seen"',
        b"{",
        b"[" * 60_000,
        b"notes=seen",
    ],
)
def test_acknowledge__invalid_body_is_422(coach: httpx.Client, owner: Owner, body: bytes) -> None:
    url = f"{ALERTS}/{rows(owner)[0]['id']}/acknowledge"
    response = coach.post(url, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"][0] == "body"
    assert rows(owner)[0]["status"] == "pending"


@pytest.mark.parametrize(
    "notes",
    [
        "x" * 1000,
        "😀" * 1000,
        "",
        "'; drop table x; --",
        "%(coach_id)s %s %%",
        "\\ \n\t😀 \u200f\u05e9",
        "{}",
    ],
)
def test_acknowledge__stores_notes_unchanged(coach: httpx.Client, owner: Owner, notes: str) -> None:
    response = coach.post(f"{ALERTS}/{rows(owner)[0]['id']}/acknowledge", json={"notes": notes})
    assert response.json()["acknowledged_notes"] == notes
    assert rows(owner)[0]["acknowledged_notes"] == notes


def _set_severity(owner: Owner, alert_id: UUID, severity: str) -> None:
    owner.execute(
        "update ai_backend.risk_alert_episodes set severity = %s where id = %s", [severity, alert_id]
    )
    owner.commit()
