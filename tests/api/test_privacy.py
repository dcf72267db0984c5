"""Logs hold no private data; every request is audited."""

from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import ROUTES, owned_ids
from tests.api.sample_database import AS_OF
from tests.api.service import API_KEY, JWT_SECRET, PREFIX, SECOND_API_KEY, Service, serve
from tests.api.tokens import hs256

NOTE = "Anna told me about her mother in Leeds"  # codespell:ignore told
WEB_SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_output__holds_no_text_name_email_token_or_key(
    practice_url: str, owner: Owner, tmp_path: Path
) -> None:
    """Sends valid and invalid requests to every route at log level debug, then searches the output."""
    own = owned_ids(owner, DEMO_COACH_ID)
    with serve(tmp_path, practice_url, API_LOG_LEVEL="debug", API_POOL_TIMEOUT_SECONDS="1") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        token = coach.headers["authorization"].split()[1]
        for route in ROUTES:
            for job, client in ((own.job_id, own.client_id), (uuid4(), uuid4())):
                path = route.path(client_id=client, job_id=job, alert_id=own.alert_id, task_id=uuid4())
                coach.request(route.method, path, json=route.body)
        coach.post(f"{PREFIX}/risk/alerts/{own.alert_id}/acknowledge", json={"notes": NOTE})
        coach.post(f"{PREFIX}/risk/alerts/{own.alert_id}/acknowledge", json={"notes": NOTE * 100})
        coach.get(f"{PREFIX}/sessions/ann@example.org?name=Ann")
        coach.get(f"/ann@example.org?token={token}&api_key={API_KEY}")
        coach.get(f"/ann@example.org?token={token}", headers=WEB_SOCKET)
        coach.get(
            f"{PREFIX}/coach/summary",
            headers={"Authorization": f"Bearer {hs256(uuid4(), email='ann@example.org')}"},
        )
        coach.get(
            f"{PREFIX}/coach/summary", headers={"Authorization": "Bearer not.a.token", "User-Agent": "Ann"}
        )
        _cause_unhandled_exception(owner, coach, own.alert_id)
        output = service.output()

    for secret in (token, API_KEY, SECOND_API_KEY, JWT_SECRET, "ann@example.org", "Ann", NOTE, "not.a.token"):
        assert secret not in output
    password = practice_url.split(":")[2].split("@", maxsplit=1)[0]
    assert password not in output
    texts = owner.execute(
        "select text from ai_backend.utterances where char_length(text) > 12 union all "
        "select text_excerpt from ai_backend.language_cues union all "
        "select message from ai_backend.risk_alerts union all "
        "select recommended_action from ai_backend.risk_scores"
    ).fetchall()
    assert len(texts) > 1000
    assert not [row for row in texts if str(row["text"]) in output]
    assert '"unhandled exception"' in output


def test_output__is_one_json_object_per_line(service: Service) -> None:
    coach = service.as_coach(DEMO_COACH_ID)
    correlation_id = f"line-{uuid4()}"
    coach.get(f"{PREFIX}/coach/summary", headers={"X-Correlation-ID": correlation_id})
    line = service.log_line(correlation_id=correlation_id)
    assert set(line) == {
        *("event", "level", "timestamp", "correlation_id", "method", "route", "status", "milliseconds"),
        "coach_id",
    }
    assert (line["method"], line["route"], line["status"]) == ("GET", f"{PREFIX}/coach/summary", 200)
    assert line["coach_id"] == str(DEMO_COACH_ID)


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.template}")
def test_audit__records_every_routed_request(service: Service, owner: Owner, route: object) -> None:
    assert isinstance(route, type(ROUTES[0]))
    own = owned_ids(owner, DEMO_COACH_ID)
    coach, correlation_id = service.as_coach(DEMO_COACH_ID), f"audit-{uuid4()}"
    task = coach.post(f"{PREFIX}/compute/{own.client_id}").json()["task_id"]
    path = route.path(client_id=own.client_id, job_id=own.job_id, alert_id=own.alert_id, task_id=task)
    status = coach.request(
        route.method, path, json=route.body, headers={"X-Correlation-ID": correlation_id}
    ).status_code
    rows = owner.execute(
        "select * from analytics_api.audit_log where correlation_id = %s", [correlation_id]
    ).fetchall()
    assert len(rows) == 1
    row = rows[0]
    assert (row["coach_id"], row["status"]) == (DEMO_COACH_ID, status)
    assert row["route"] == f"{route.method} {PREFIX}{route.template}"
    assert row["client_id"] == (own.client_id if route.has_path_id else None)
    assert row["job_id"] == (own.job_id if "{job_id}" in route.template else None)
    assert row["occurred_at"].date() >= AS_OF.replace(day=1)


def test_audit__can_be_disabled(practice_url: str, owner: Owner, tmp_path: Path) -> None:
    correlation_id = f"audit-{uuid4()}"
    with serve(tmp_path, practice_url, API_AUDIT_ENABLED="false") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        assert (
            coach.get(f"{PREFIX}/coach/summary", headers={"X-Correlation-ID": correlation_id}).status_code
            == 200
        )
    rows = owner.execute(
        "select from analytics_api.audit_log where correlation_id = %s", [correlation_id]
    ).fetchall()
    assert rows == []


def _cause_unhandled_exception(owner: Owner, coach: httpx.Client, alert_id: object) -> None:
    """Violates a check constraint that the service does not handle; Postgres' message holds the note."""
    owner.execute(
        "alter table analytics_api.alert_acknowledgements "
        "add constraint unhandled check (notes not like 'Violation%')"
    )
    owner.commit()
    try:
        response = coach.post(
            f"{PREFIX}/risk/alerts/{alert_id}/acknowledge", json={"notes": f"Violation {NOTE}"}
        )
        assert response.status_code == 500
        assert response.json()["detail"].startswith("Internal server error.")
        assert NOTE not in response.text
    finally:
        owner.execute("alter table analytics_api.alert_acknowledgements drop constraint unhandled")
        owner.commit()


def test_connection__rejected_password_is_not_logged(practice_url: str, tmp_path: Path) -> None:
    url = psycopg.conninfo.make_conninfo(practice_url, password="a-wrong-password-that-is-secret")
    with serve(tmp_path, practice_url, API_DATABASE_URL=url, API_POOL_TIMEOUT_SECONDS="1") as service:
        assert service.as_coach(DEMO_COACH_ID).get(f"{PREFIX}/coach/summary").status_code == 503
        assert "a-wrong-password-that-is-secret" not in service.output()
