"""Who gets in, on every route: nobody without credentials, and nobody to what isn't theirs."""

import time
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.routing import iter_route_contexts

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import ROUTES, Known, Route, known
from tests.api.service import API_KEY, PREFIX, SECOND_API_KEY, Service
from tests.api.tokens import by_hand, claims, hs256, signed
from tools.openapi.export import current_app

each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.template}")


@pytest.fixture
def own(owner: Owner) -> Known:
    return known(owner, DEMO_COACH_ID)


@pytest.fixture
def task_id(service: Service, own: Known) -> UUID:
    answer = service.as_coach(own.coach_id).post(f"{PREFIX}/compute/{own.client_id}")
    return UUID(answer.json()["task_id"])


def ask(client: httpx.Client, route: Route, own: Known, task_id: UUID) -> httpx.Response:
    path = route.path(client_id=own.client_id, job_id=own.job_id, alert_id=own.alert_id, task_id=task_id)
    return client.request(route.method, path, json=route.body)


def test_routes__of_the_service_are_all_tested_here() -> None:
    """Also one that the OpenAPI document does not show."""
    served = {
        (method, context.path)
        for context in iter_route_contexts(current_app().routes)
        for method in context.methods or ()
        if (context.path or "").startswith(PREFIX)
    }
    assert served == {(route.method, PREFIX + route.template) for route in ROUTES}


@each_route
def test_route__answers_the_right_coach(service: Service, own: Known, task_id: UUID, route: Route) -> None:
    answer = ask(service.as_coach(own.coach_id), route, own, task_id)
    assert answer.status_code == route.answers, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


@each_route
def test_route__refuses_the_anonymous(service: Service, own: Known, task_id: UUID, route: Route) -> None:
    answer = ask(service.anonymous(), route, own, task_id)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("ApiKey")
    assert answer.headers["content-type"] == "application/problem+json"


@each_route
def test_route__refuses_a_wrong_key_before_it_looks_at_the_token(
    service: Service, own: Known, task_id: UUID, route: Route
) -> None:
    right = service.as_coach(own.coach_id, **{"X-API-Key": API_KEY[:-1] + "x"})
    none = service.anonymous(**{"X-API-Key": "wrong", "Authorization": "Bearer nonsense"})
    answers = [ask(client, route, own, task_id) for client in (right, none)]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["www-authenticate"].startswith("ApiKey")


@each_route
def test_route__refuses_a_wrong_token(service: Service, own: Known, task_id: UUID, route: Route) -> None:
    token = hs256(own.coach_id, secret="another secret of another project entirely")
    client = service.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {token}"})
    answer = ask(client, route, own, task_id)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", [r for r in ROUTES if r.takes_id], ids=lambda r: f"{r.method} {r.template}")
def test_route__not_there_and_not_yours_are_the_same_bytes(
    service: Service, own: Known, task_id: UUID, route: Route
) -> None:
    stranger = service.as_coach(uuid4())
    foreign = ask(stranger, route, own, task_id)
    invented = Known(own.coach_id, uuid4(), uuid4(), uuid4())
    missing = ask(stranger, route, invented, uuid4())
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert foreign.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("route", [r for r in ROUTES if not r.takes_id], ids=lambda r: r.template)
def test_route__shows_a_new_coach_an_empty_practice(
    service: Service, own: Known, task_id: UUID, route: Route
) -> None:
    answer = ask(service.as_coach(uuid4()), route, own, task_id)
    assert answer.status_code == 200
    assert str(own.client_id) not in answer.text


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.is_of_client], ids=lambda r: f"{r.method} {r.template}"
)
def test_route__hides_a_client_whose_relationship_has_ended(
    service: Service, owner: Owner, own: Known, task_id: UUID, route: Route
) -> None:
    ended = owner.execute(
        "select client_id, s.job_id from public.coach_clients as c "
        "inner join ai_backend.session_analytics as s using (coach_id, client_id) "
        "where c.coach_id = %s and c.status <> 'active' limit 1",
        [own.coach_id],
    ).fetchone()
    assert ended is not None
    past = Known(own.coach_id, ended["client_id"], ended["job_id"], own.alert_id)
    coach = service.as_coach(own.coach_id)
    answer, invented = ask(coach, route, past, task_id), Known(own.coach_id, uuid4(), uuid4(), uuid4())
    assert answer.status_code == 404
    assert answer.content == ask(coach, route, invented, task_id).content
    assert coach.get(f"{PREFIX}/sessions/{past.job_id}").status_code == 200, "a job needs ownership only"


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.is_of_client], ids=lambda r: f"{r.method} {r.template}"
)
def test_route__of_a_client_without_a_session(
    service: Service, owner: Owner, own: Known, task_id: UUID, route: Route
) -> None:
    new = owner.execute(
        "select c.client_id from public.coach_clients as c "
        "where c.coach_id = %s and c.status = 'active' and not exists ("
        "select from ai_backend.transcription_jobs as j "
        "where j.coach_id = c.coach_id and j.client_id = c.client_id)",
        [own.coach_id],
    ).fetchone()
    assert new is not None
    answer = ask(
        service.as_coach(own.coach_id),
        route,
        Known(own.coach_id, new["client_id"], uuid4(), uuid4()),
        task_id,
    )
    assert answer.status_code == (202 if route.method == "POST" else 404)


def test_key__each_configured_one_is_good(service: Service) -> None:
    for key in (API_KEY, SECOND_API_KEY):
        assert (
            service.as_coach(DEMO_COACH_ID, **{"X-API-Key": key}).get(f"{PREFIX}/coach/summary").status_code
            == 200
        )


@pytest.mark.parametrize(
    "key", ["", API_KEY + " ", API_KEY.upper(), f"{API_KEY},{SECOND_API_KEY}", "ключ".encode()]
)
def test_key__anything_else_is_not(service: Service, key: str | bytes) -> None:
    token = hs256(DEMO_COACH_ID)
    headers = [(b"X-API-Key", key if isinstance(key, bytes) else key.encode() + b"\xff")]
    answer = httpx.get(
        f"{service.address}{PREFIX}/coach/summary",
        headers=[*headers, (b"Authorization", f"Bearer {token}".encode())],
    )
    assert answer.status_code == 401


def test_key__sent_twice_counts_as_missing(service: Service) -> None:
    headers = [
        ("X-API-Key", API_KEY),
        ("X-API-Key", API_KEY),
        ("Authorization", f"Bearer {hs256(DEMO_COACH_ID)}"),
    ]
    assert httpx.get(f"{service.address}{PREFIX}/coach/summary", headers=headers).status_code == 401


NOW = int(time.time())
DAY = 86_400
HEADER = {"alg": "HS256", "typ": "JWT"}
FAULTY: dict[str, str] = {
    "empty": "",
    "no token": "abc",
    "two parts": hs256(DEMO_COACH_ID).rsplit(".", 1)[0],
    "signature cut": hs256(DEMO_COACH_ID)[:-5],
    "payload swapped": ".".join(
        [
            *hs256(DEMO_COACH_ID).split(".")[:1],
            hs256(uuid4()).split(".")[1],
            hs256(DEMO_COACH_ID).split(".")[2],
        ]
    ),
    "expired": hs256(DEMO_COACH_ID, exp=NOW - 60),
    "not valid yet": hs256(DEMO_COACH_ID, nbf=NOW + DAY),
    "issued in the future": hs256(DEMO_COACH_ID, iat=NOW + DAY),
    "no expiry": hs256(DEMO_COACH_ID, exp=None),
    "expiry is no number": hs256(DEMO_COACH_ID, exp="tomorrow"),
    "wrong audience": hs256(DEMO_COACH_ID, aud="anon"),
    "no audience": hs256(DEMO_COACH_ID, aud=None),
    "no subject": hs256(DEMO_COACH_ID, sub=None),
    "subject is empty": hs256(DEMO_COACH_ID, sub=""),
    "subject is no uuid": hs256(DEMO_COACH_ID, sub="coach-1"),
    "subject is nearly a uuid": hs256(DEMO_COACH_ID, sub=f"{{{DEMO_COACH_ID}}}"),
    "subject is a uuid as a name": hs256(DEMO_COACH_ID, sub=f"urn:{DEMO_COACH_ID.hex}"),
    "subject has a digit of another script": hs256(DEMO_COACH_ID, sub=f"{str(DEMO_COACH_ID)[:-1]}\u0663"),
    "subject is sql": hs256(DEMO_COACH_ID, sub="' or true; --"),
    "none": by_hand({"alg": "none", "typ": "JWT"}, claims(DEMO_COACH_ID)),
    "None": by_hand({"alg": "None", "typ": "JWT"}, claims(DEMO_COACH_ID)),
    "no algorithm": by_hand({"typ": "JWT"}, claims(DEMO_COACH_ID)),
    "header is a list": by_hand(["HS256"], claims(DEMO_COACH_ID)),  # type: ignore[arg-type]
    "payload is a list": by_hand(HEADER, [1]),  # type: ignore[arg-type]
    "header is deep": "eyJhIjpb" + "W1tb" * 1300 + ".e30.AAAA",
    "key id is a list": by_hand(HEADER | {"kid": ["a"]}, claims(DEMO_COACH_ID)),
    "header is no text": "/////w." + hs256(DEMO_COACH_ID).partition(".")[2],
    "unknown critical header": hs256(DEMO_COACH_ID, headers={"crit": ["exp"]}),
    "asymmetric without configured keys": signed(
        DEMO_COACH_ID, ec.generate_private_key(ec.SECP256R1()), "k1"
    ),
    "too long": hs256(DEMO_COACH_ID, filler="x" * 9000),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_token__with_a_fault_is_401(service: Service, fault: str) -> None:
    client = service.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {FAULTY[fault]}".strip()})
    answer = client.get(f"{PREFIX}/coach/summary")
    assert answer.status_code == 401, fault
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["type"].endswith("unauthorized")


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Bearer,", ""])
def test_token__of_another_scheme_is_401(service: Service, scheme: str) -> None:
    client = service.anonymous(
        **{"X-API-Key": API_KEY, "Authorization": f"{scheme} {hs256(DEMO_COACH_ID)}".strip()}
    )
    assert client.get(f"{PREFIX}/coach/summary").status_code == 401


def test_token__clock_difference_is_forgiven_within_the_leeway(service: Service) -> None:
    now = int(time.time())
    for token in (hs256(DEMO_COACH_ID, exp=now - 4), hs256(DEMO_COACH_ID, nbf=now + 4, iat=now + 4)):
        client = service.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"bearer {token}"})
        assert client.get(f"{PREFIX}/coach/summary").status_code == 200


def test_gate__unknown_addresses_need_credentials_too(service: Service) -> None:
    assert service.anonymous().get(f"{PREFIX}/nothing").status_code == 401
    assert service.as_coach(DEMO_COACH_ID).get(f"{PREFIX}/nothing").status_code == 404
    assert service.as_coach(DEMO_COACH_ID).get(PREFIX).status_code == 404
