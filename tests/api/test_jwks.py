"""Asymmetric tokens: keys from an address or a file, rotation, failing sources, confusion of algorithms."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from api.auth.jwks import Jwks, KeysUnavailableError, parse
from sample import DEMO_COACH_ID
from tests.api.key_server import KeyServer, key_server
from tests.api.service import API_KEY, JWT_SECRET, PREFIX, Service, serve
from tests.api.tokens import claims, forged, hs256, jwks, pem, signed

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NEXT_KEY = ec.generate_private_key(ec.SECP256R1())
WEAK_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)


@pytest.fixture(scope="module")
def keys() -> Iterator[KeyServer]:
    with key_server(jwks(ec1=EC_KEY, rsa1=RSA_KEY)) as server:
        yield server


@pytest.fixture(scope="module")
def asymmetric(
    practice_url: str, keys: KeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that knows only the key server, no shared secret."""
    settings = {"SUPABASE_JWT_SECRET": "", "SUPABASE_JWKS_URL": keys.address}
    with serve(tmp_path_factory.mktemp("jwks"), practice_url, **settings) as running:
        yield running


def status_of(service: Service, token: str) -> int:
    client = service.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {token}"})
    return client.get(f"{PREFIX}/coach/summary").status_code


def test_jwks__both_kinds_of_key_are_good(asymmetric: Service) -> None:
    assert status_of(asymmetric, signed(DEMO_COACH_ID, EC_KEY, "ec1")) == 200
    assert status_of(asymmetric, signed(DEMO_COACH_ID, RSA_KEY, "rsa1")) == 200


def test_jwks__the_shared_secret_is_good_beside_it(
    practice_url: str, keys: KeyServer, tmp_path: Path
) -> None:
    with serve(tmp_path, practice_url, SUPABASE_JWKS_URL=keys.address) as both:
        assert status_of(both, signed(DEMO_COACH_ID, EC_KEY, "ec1")) == 200
        assert status_of(both, hs256(DEMO_COACH_ID)) == 200
        for key in (EC_KEY, RSA_KEY):
            assert status_of(both, forged(claims(DEMO_COACH_ID), pem(key), "ec1")) == 401


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(hs256(DEMO_COACH_ID, secret=JWT_SECRET), id="shared secret that is not configured"),
        pytest.param(forged(claims(DEMO_COACH_ID), pem(EC_KEY), "ec1"), id="public key as shared secret"),
        pytest.param(
            forged(claims(DEMO_COACH_ID), pem(RSA_KEY), "rsa1"), id="public RSA key as shared secret"
        ),
        pytest.param(signed(DEMO_COACH_ID, RSA_KEY, "ec1"), id="RS256 under the id of an ES256 key"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "rsa1"), id="ES256 under the id of an RS256 key"),
        pytest.param(signed(DEMO_COACH_ID, NEXT_KEY, "ec1"), id="another key under a known id"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "nobody"), id="unknown id"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, None), id="no id with two keys listed"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "ec1", aud="other"), id="wrong audience"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "ec1", exp=int(time.time()) - 60), id="expired"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "ec1", sub="coach"), id="subject is no uuid"),
    ],
)
def test_jwks__anything_else_is_401(asymmetric: Service, token: str) -> None:
    assert status_of(asymmetric, token) == 401


def test_jwks__an_issuer_can_be_demanded(practice_url: str, tmp_path: Path) -> None:
    with serve(tmp_path, practice_url, SUPABASE_JWT_ISSUER="https://project.supabase.co/auth/v1") as strict:
        assert status_of(strict, hs256(DEMO_COACH_ID)) == 401
        assert status_of(strict, hs256(DEMO_COACH_ID, iss="https://project.supabase.co/auth/v1")) == 200


def test_jwks__keys_come_from_a_file_too(practice_url: str, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(jwks(only=EC_KEY)))
    with serve(tmp_path, practice_url, SUPABASE_JWT_SECRET="", SUPABASE_JWKS_URL=file.as_uri()) as service:
        assert status_of(service, signed(DEMO_COACH_ID, EC_KEY, "only")) == 200
        assert status_of(service, signed(DEMO_COACH_ID, EC_KEY, None)) == 200, "a single key needs no id"


def test_jwks__without_any_key_tokens_cannot_be_checked(practice_url: str, tmp_path: Path) -> None:
    with key_server({"keys": []}) as empty:
        settings = {"SUPABASE_JWT_SECRET": "", "SUPABASE_JWKS_URL": empty.address}
        with serve(tmp_path, practice_url, **settings) as service:
            client = service.anonymous(
                **{"X-API-Key": API_KEY, "Authorization": f"Bearer {signed(DEMO_COACH_ID, EC_KEY, 'ec1')}"}
            )
            answer = client.get(f"{PREFIX}/coach/summary")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


def find(keys: Jwks, *key_ids: str) -> list[bool]:
    """Which of these ids are known, asked one after the other within one event loop."""

    async def ask() -> list[bool]:
        found = []
        for key_id in key_ids:
            found.append(await keys.find(key_id) is not None)
            if keys._fetching is not None:
                await keys._fetching
        return found

    return asyncio.run(ask())


def test_cache__asks_once_for_many() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        assert find(Jwks(server.address, 600), *["ec1"] * 50) == [True] * 50
        assert server.asked == 1


def test_cache__a_new_key_is_found_at_once_and_a_withdrawn_one_is_forgotten() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        keys = Jwks(server.address, 600, pause_seconds=0)
        assert find(keys, "ec1") == [True]
        server.document = jwks(ec2=NEXT_KEY)
        assert find(keys, "ec2", "ec1") == [True, False]


def test_cache__unknown_ids_do_not_flood_the_source() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        assert find(Jwks(server.address, 600, pause_seconds=60), "ec1", *(f"x{n}" for n in range(100)))[0]
        assert server.asked == 1


@pytest.mark.parametrize("fault", ["status", "nonsense", "no keys", "gone"])
def test_cache__a_failing_source_locks_no_valid_key_out(fault: str) -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        keys = Jwks(server.address, lifetime_seconds=0, pause_seconds=0)
        assert find(keys, "ec1") == [True]
        if fault == "status":
            server.status = 500
        elif fault == "nonsense":
            server.document = {"keys": [{"kty": "EC"}, "x", {"kty": "RSA", "n": "!"}]}
        elif fault == "no keys":
            server.document = {"keys": []}
        else:
            keys.source = "http://127.0.0.1:9/gone"
        assert find(keys, "ec1", "ec1", "other", "ec1") == [True, True, False, True]
        server.status, server.document, keys.source = 200, jwks(ec2=NEXT_KEY), server.address
        assert find(keys, "ec2") == [True], "it heals by itself"


def test_cache__a_slow_source_delays_nobody_who_has_a_known_key() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        keys = Jwks(server.address, lifetime_seconds=0, pause_seconds=0)

        async def ask() -> float:
            assert await keys.find("ec1") is not None
            server.delay_seconds = 3
            started = time.monotonic()
            for _ in range(20):
                assert await keys.find("ec1") is not None
            took = time.monotonic() - started
            await keys.close()
            return took

        assert asyncio.run(ask()) < 1


def test_cache__many_waiting_for_the_first_fetch_share_it() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        server.delay_seconds = 0.2
        keys = Jwks(server.address, 600)

        async def ask() -> list[object]:
            return list(await asyncio.gather(*(keys.find("ec1") for _ in range(30))))

        assert None not in asyncio.run(ask())
        assert server.asked == 1


def test_cache__never_fetched_is_said() -> None:
    with pytest.raises(KeysUnavailableError):
        find(Jwks("/nowhere/keys.json", 600), "ec1")


def test_parse__takes_only_public_signature_keys_of_allowed_kind_and_strength() -> None:
    good = jwks(ec1=EC_KEY)["keys"][0]
    other_curve = ec.generate_private_key(ec.SECP384R1())
    secret = {"kty": "oct", "kid": "oct", "k": base64.urlsafe_b64encode(b"x" * 32).decode()}
    bad = [
        secret,
        good | {"kid": "enc", "use": "enc"},
        jwks(weak=WEAK_KEY)["keys"][0],
        {**jwks(p384=other_curve)["keys"][0], "alg": "ES384"},
        {**jwks(p384=other_curve)["keys"][0], "alg": "ES256"},
        good | {"kid": ["ec1"]},
        good | {"x": 5},
        {"kty": 5},
        {"kid": "empty"},
        "text",
    ]
    document = json.dumps({"keys": [*bad, good]}).encode()
    assert set(parse(document)) == {"ec1"}
    with pytest.raises(ValueError, match="no usable key"):
        parse(json.dumps({"keys": bad}).encode())
    with pytest.raises(ValueError, match="no list of keys"):
        parse(b'{"keys": 5}')
    with pytest.raises(ValueError, match="too large"):
        parse(b" " * 1_000_001)


def test_coach_id__is_the_tokens_subject(asymmetric: Service) -> None:
    assert status_of(asymmetric, signed(UUID(int=7), EC_KEY, "ec1")) == 200
    assert asymmetric.line(coach_id=str(UUID(int=7)))["status"] == 200
