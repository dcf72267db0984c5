"""Authentication and authorization of every route."""

import time
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.routing import iter_route_contexts

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import ROUTES, OwnedIds, Route, owned_ids
from tests.api.service import API_KEY, PREFIX, SECOND_API_KEY, Service
from tests.api.tokens import claims, hs256, raw_token, signed
from tools.openapi.export import current_app

each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.template}")


@pytest.fixture
def own(owner: Owner) -> OwnedIds:
    return owned_ids(owner, DEMO_COACH_ID)


@pytest.fixture
def task_id(service: Service, own: OwnedIds) -> UUID:
    response = service.as_coach(own.coach_id).post(f"{PREFIX}/compute/{own.client_id}")
    return UUID(response.json()["task_id"])


def send(client: httpx.Client, route: Route, own: OwnedIds, task_id: UUID) -> httpx.Response:
    path = route.path(client_id=own.client_id, job_id=own.job_id, alert_id=own.alert_id, task_id=task_id)
    return client.request(route.method, path, json=route.body)


def test_routes__match_the_tested_routes() -> None:
    """Including routes that are not in the OpenAPI document."""
    served = {
        (method, context.path)
        for context in iter_route_contexts(current_app().routes)
        for method in context.methods or ()
        if (context.path or "").startswith(PREFIX)
    }
    assert served == {(route.method, PREFIX + route.template) for route in ROUTES}


@each_route
def test_route__accepts_the_owning_coach(
    service: Service, own: OwnedIds, task_id: UUID, route: Route
) -> None:
    response = send(service.as_coach(own.coach_id), route, own, task_id)
    assert response.status_code == route.success_status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"


@each_route
def test_route__rejects_missing_credentials(
    service: Service, own: OwnedIds, task_id: UUID, route: Route
) -> None:
    response = send(service.anonymous(), route, own, task_id)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("ApiKey")
    assert response.headers["content-type"] == "application/problem+json"


@each_route
def test_route__rejects_an_invalid_key_before_the_token(
    service: Service, own: OwnedIds, task_id: UUID, route: Route
) -> None:
    valid_token = service.as_coach(own.coach_id, **{"X-API-Key": API_KEY[:-1] + "x"})
    invalid_token = service.anonymous(**{"X-API-Key": "wrong", "Authorization": "Bearer nonsense"})
    responses = [send(client, route, own, task_id) for client in (valid_token, invalid_token)]
    assert [a.status_code for a in responses] == [401, 401]
    assert responses[0].content == responses[1].content
    assert responses[0].headers["www-authenticate"].startswith("ApiKey")


@each_route
def test_route__rejects_an_invalid_token(
    service: Service, own: OwnedIds, task_id: UUID, route: Route
) -> None:
    token = hs256(own.coach_id, secret="another secret of another project entirely")
    client = service.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {token}"})
    response = send(client, route, own, task_id)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.has_path_id], ids=lambda r: f"{r.method} {r.template}"
)
def test_route__responds_identically_to_missing_and_foreign_ids(
    service: Service, own: OwnedIds, task_id: UUID, route: Route
) -> None:
    other_coach = service.as_coach(uuid4())
    foreign = send(other_coach, route, own, task_id)
    unknown = OwnedIds(own.coach_id, uuid4(), uuid4(), uuid4())
    missing = send(other_coach, route, unknown, uuid4())
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert foreign.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("route", [r for r in ROUTES if not r.has_path_id], ids=lambda r: r.template)
def test_route__returns_empty_data_to_a_new_coach(
    service: Service, own: OwnedIds, task_id: UUID, route: Route
) -> None:
    response = send(service.as_coach(uuid4()), route, own, task_id)
    assert response.status_code == 200
    assert str(own.client_id) not in response.text


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.needs_relationship], ids=lambda r: f"{r.method} {r.template}"
)
def test_route__hides_a_client_whose_relationship_has_ended(
    service: Service, owner: Owner, own: OwnedIds, task_id: UUID, route: Route
) -> None:
    ended = owner.execute(
        "select client_id, s.job_id from public.coach_clients as c "
        "inner join ai_backend.session_analytics as s using (coach_id, client_id) "
        "where c.coach_id = %s and c.status <> 'active' limit 1",
        [own.coach_id],
    ).fetchone()
    assert ended is not None
    past = OwnedIds(own.coach_id, ended["client_id"], ended["job_id"], own.alert_id)
    coach = service.as_coach(own.coach_id)
    response = send(coach, route, past, task_id)
    unknown = OwnedIds(own.coach_id, uuid4(), uuid4(), uuid4())
    assert response.status_code == 404
    assert response.content == send(coach, route, unknown, task_id).content
    assert coach.get(f"{PREFIX}/sessions/{past.job_id}").status_code == 200, (
        "sessions require ownership only, not an active relationship"
    )


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.needs_relationship], ids=lambda r: f"{r.method} {r.template}"
)
def test_route__of_a_client_without_sessions_is_404_except_compute(
    service: Service, owner: Owner, own: OwnedIds, task_id: UUID, route: Route
) -> None:
    new = owner.execute(
        "select c.client_id from public.coach_clients as c "
        "where c.coach_id = %s and c.status = 'active' and not exists ("
        "select from ai_backend.transcription_jobs as j "
        "where j.coach_id = c.coach_id and j.client_id = c.client_id)",
        [own.coach_id],
    ).fetchone()
    assert new is not None
    response = send(
        service.as_coach(own.coach_id),
        route,
        OwnedIds(own.coach_id, new["client_id"], uuid4(), uuid4()),
        task_id,
    )
    assert response.status_code == (202 if route.method == "POST" else 404)


def test_api_key__accepts_each_configured_key(service: Service) -> None:
    for key in (API_KEY, SECOND_API_KEY):
        assert (
            service.as_coach(DEMO_COACH_ID, **{"X-API-Key": key}).get(f"{PREFIX}/coach/summary").status_code
            == 200
        )


@pytest.mark.parametrize(
    "key", ["", API_KEY + " ", API_KEY.upper(), f"{API_KEY},{SECOND_API_KEY}", "ключ".encode()]
)
def test_api_key__rejects_any_other_value(service: Service, key: str | bytes) -> None:
    token = hs256(DEMO_COACH_ID)
    headers = [(b"X-API-Key", key if isinstance(key, bytes) else key.encode() + b"\xff")]
    response = httpx.get(
        f"{service.base_url}{PREFIX}/coach/summary",
        headers=[*headers, (b"Authorization", f"Bearer {token}".encode())],
    )
    assert response.status_code == 401


def test_api_key__repeated_header_counts_as_missing(service: Service) -> None:
    headers = [
        ("X-API-Key", API_KEY),
        ("X-API-Key", API_KEY),
        ("Authorization", f"Bearer {hs256(DEMO_COACH_ID)}"),
    ]
    assert httpx.get(f"{service.base_url}{PREFIX}/coach/summary", headers=headers).status_code == 401


NOW = int(time.time())
DAY = 86_400
HEADER = {"alg": "HS256", "typ": "JWT"}
INVALID_TOKENS: dict[str, str] = {
    "empty": "",
    "no token": "abc",
    "two parts": hs256(DEMO_COACH_ID).rsplit(".", 1)[0],
    "truncated signature": hs256(DEMO_COACH_ID)[:-5],
    "swapped payload": ".".join(
        [
            *hs256(DEMO_COACH_ID).split(".")[:1],
            hs256(uuid4()).split(".")[1],
            hs256(DEMO_COACH_ID).split(".")[2],
        ]
    ),
    "expired": hs256(DEMO_COACH_ID, exp=NOW - 60),
    "not valid yet": hs256(DEMO_COACH_ID, nbf=NOW + DAY),
    "issued in the future": hs256(DEMO_COACH_ID, iat=NOW + DAY),
    "missing expiry": hs256(DEMO_COACH_ID, exp=None),
    "expiry is not a number": hs256(DEMO_COACH_ID, exp="tomorrow"),
    "wrong audience": hs256(DEMO_COACH_ID, aud="anon"),
    "missing audience": hs256(DEMO_COACH_ID, aud=None),
    "missing subject": hs256(DEMO_COACH_ID, sub=None),
    "subject is empty": hs256(DEMO_COACH_ID, sub=""),
    "subject is not a uuid": hs256(DEMO_COACH_ID, sub="coach-1"),
    "subject is a uuid in braces": hs256(DEMO_COACH_ID, sub=f"{{{DEMO_COACH_ID}}}"),
    "subject is a uuid urn": hs256(DEMO_COACH_ID, sub=f"urn:{DEMO_COACH_ID.hex}"),
    "subject has a non-ascii digit": hs256(DEMO_COACH_ID, sub=f"{str(DEMO_COACH_ID)[:-1]}\u0663"),
    "subject is sql": hs256(DEMO_COACH_ID, sub="' or true; --"),
    "none": raw_token({"alg": "none", "typ": "JWT"}, claims(DEMO_COACH_ID)),
    "None": raw_token({"alg": "None", "typ": "JWT"}, claims(DEMO_COACH_ID)),
    "missing algorithm": raw_token({"typ": "JWT"}, claims(DEMO_COACH_ID)),
    "header is a list": raw_token(["HS256"], claims(DEMO_COACH_ID)),  # type: ignore[arg-type]
    "payload is a list": raw_token(HEADER, [1]),  # type: ignore[arg-type]
    "header is deeply nested": "eyJhIjpb" + "W1tb" * 1300 + ".e30.AAAA",
    "key id is a list": raw_token(HEADER | {"kid": ["a"]}, claims(DEMO_COACH_ID)),
    "header is not utf-8": "/////w." + hs256(DEMO_COACH_ID).partition(".")[2],
    "unknown critical header": hs256(DEMO_COACH_ID, headers={"crit": ["exp"]}),
    "asymmetric algorithm without configured keys": signed(
        DEMO_COACH_ID, ec.generate_private_key(ec.SECP256R1()), "k1"
    ),
    "too long": hs256(DEMO_COACH_ID, filler="x" * 9000),
}


@pytest.mark.parametrize("case", INVALID_TOKENS)
def test_token__invalid_is_401(service: Service, case: str) -> None:
    client = service.anonymous(
        **{"X-API-Key": API_KEY, "Authorization": f"Bearer {INVALID_TOKENS[case]}".strip()}
    )
    response = client.get(f"{PREFIX}/coach/summary")
    assert response.status_code == 401, case
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["type"].endswith("unauthorized")


@pytest.mark.parametrize("scheme", ["Basic", "Token", "Bearer,", ""])
def test_token__other_scheme_is_401(service: Service, scheme: str) -> None:
    client = service.anonymous(
        **{"X-API-Key": API_KEY, "Authorization": f"{scheme} {hs256(DEMO_COACH_ID)}".strip()}
    )
    assert client.get(f"{PREFIX}/coach/summary").status_code == 401


def test_token__clock_skew_within_the_leeway_is_accepted(service: Service) -> None:
    now = int(time.time())
    for token in (hs256(DEMO_COACH_ID, exp=now - 4), hs256(DEMO_COACH_ID, nbf=now + 4, iat=now + 4)):
        client = service.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"bearer {token}"})
        assert client.get(f"{PREFIX}/coach/summary").status_code == 200


def test_authentication__covers_unknown_paths(service: Service) -> None:
    assert service.anonymous().get(f"{PREFIX}/nothing").status_code == 401
    assert service.as_coach(DEMO_COACH_ID).get(f"{PREFIX}/nothing").status_code == 404
    assert service.as_coach(DEMO_COACH_ID).get(PREFIX).status_code == 404
