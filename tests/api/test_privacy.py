"""Nothing private in what the service prints or counts."""

from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import ROUTES, known
from tests.api.sample_database import AS_OF
from tests.api.service import API_KEY, JWT_SECRET, PREFIX, SECOND_API_KEY, Service, serve
from tests.api.tokens import hs256

NOTE = "Anna told me about her mother in Leeds"
WEB_SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_output__holds_no_word_name_address_token_or_key(
    practice_url: str, owner: Owner, tmp_path: Path
) -> None:
    """Every route, right and wrong, at the most talkative level; then each text is sought."""
    own = known(owner, DEMO_COACH_ID)
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
        _provoke_an_unforeseen_error(owner, coach, own.alert_id)
        printed = service.printed()

    for secret in (token, API_KEY, SECOND_API_KEY, JWT_SECRET, "ann@example.org", "Ann", NOTE, "not.a.token"):
        assert secret not in printed
    password = practice_url.split(":")[2].split("@", maxsplit=1)[0]
    assert password not in printed
    texts = owner.execute(
        "select text from ai_backend.utterances where char_length(text) > 12 union all "
        "select text_excerpt from ai_backend.language_cues union all "
        "select message from ai_backend.risk_alerts union all "
        "select recommended_action from ai_backend.risk_scores"
    ).fetchall()
    assert len(texts) > 1000
    assert not [row for row in texts if str(row["text"]) in printed]
    assert '"unhandled"' in printed, "the unforeseen error was logged"


def test_output__is_one_json_object_a_line(service: Service) -> None:
    coach = service.as_coach(DEMO_COACH_ID)
    mark = f"line-{uuid4()}"
    coach.get(f"{PREFIX}/coach/summary", headers={"X-Correlation-ID": mark})
    line = service.line(correlation_id=mark)
    assert set(line) == {
        *("event", "level", "timestamp", "correlation_id", "method", "route", "status", "milliseconds"),
        "coach_id",
    }
    assert (line["method"], line["route"], line["status"]) == ("GET", f"{PREFIX}/coach/summary", 200)
    assert line["coach_id"] == str(DEMO_COACH_ID)


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.template}")
def test_audit__every_answered_request_leaves_a_row(service: Service, owner: Owner, route: object) -> None:
    assert isinstance(route, type(ROUTES[0]))
    own = known(owner, DEMO_COACH_ID)
    coach, mark = service.as_coach(DEMO_COACH_ID), f"audit-{uuid4()}"
    task = coach.post(f"{PREFIX}/compute/{own.client_id}").json()["task_id"]
    path = route.path(client_id=own.client_id, job_id=own.job_id, alert_id=own.alert_id, task_id=task)
    status = coach.request(
        route.method, path, json=route.body, headers={"X-Correlation-ID": mark}
    ).status_code
    rows = owner.execute("select * from analytics_api.audit_log where correlation_id = %s", [mark]).fetchall()
    assert len(rows) == 1
    row = rows[0]
    assert (row["coach_id"], row["status"]) == (DEMO_COACH_ID, status)
    assert row["route"] == f"{route.method} {PREFIX}{route.template}"
    assert row["client_id"] == (own.client_id if route.takes_id else None)
    assert row["job_id"] == (own.job_id if "{job_id}" in route.template else None)
    assert row["occurred_at"].date() >= AS_OF.replace(day=1)


def test_audit__can_be_switched_off(practice_url: str, owner: Owner, tmp_path: Path) -> None:
    mark = f"audit-{uuid4()}"
    with serve(tmp_path, practice_url, API_AUDIT_ENABLED="false") as service:
        coach = service.as_coach(DEMO_COACH_ID)
        assert coach.get(f"{PREFIX}/coach/summary", headers={"X-Correlation-ID": mark}).status_code == 200
    rows = owner.execute("select from analytics_api.audit_log where correlation_id = %s", [mark]).fetchall()
    assert rows == []


def _provoke_an_unforeseen_error(owner: Owner, coach: httpx.Client, alert_id: object) -> None:
    """A check that the service does not know of fails, and Postgres' message repeats the note."""
    owner.execute(
        "alter table analytics_api.alert_acknowledgements "
        "add constraint surprise check (notes not like 'Surprise%')"
    )
    owner.commit()
    try:
        answer = coach.post(
            f"{PREFIX}/risk/alerts/{alert_id}/acknowledge", json={"notes": f"Surprise {NOTE}"}
        )
        assert answer.status_code == 500
        assert answer.json()["detail"].startswith("Something went wrong on our side.")
        assert NOTE not in answer.text
    finally:
        owner.execute("alter table analytics_api.alert_acknowledgements drop constraint surprise")
        owner.commit()


def test_connection__shows_no_secret_when_the_database_refuses(practice_url: str, tmp_path: Path) -> None:
    wrong = psycopg.conninfo.make_conninfo(practice_url, password="a-wrong-password-that-is-secret")
    with serve(tmp_path, practice_url, API_DATABASE_URL=wrong, API_POOL_TIMEOUT_SECONDS="1") as service:
        assert service.as_coach(DEMO_COACH_ID).get(f"{PREFIX}/coach/summary").status_code == 503
        assert "a-wrong-password-that-is-secret" not in service.printed()
