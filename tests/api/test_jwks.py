"""Asymmetric tokens: JWKS from a URL or a file, rotation, failing sources, algorithm confusion."""

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
    """A service with the key server's JWKS and no shared secret."""
    settings = {"SUPABASE_JWT_SECRET": "", "SUPABASE_JWKS_URL": keys.url}
    with serve(tmp_path_factory.mktemp("jwks"), practice_url, **settings) as running:
        yield running


def status_of(service: Service, token: str) -> int:
    client = service.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {token}"})
    return client.get(f"{PREFIX}/coach/summary").status_code


def test_jwks__ec_and_rsa_keys_are_accepted(asymmetric: Service) -> None:
    assert status_of(asymmetric, signed(DEMO_COACH_ID, EC_KEY, "ec1")) == 200
    assert status_of(asymmetric, signed(DEMO_COACH_ID, RSA_KEY, "rsa1")) == 200


def test_jwks__may_be_combined_with_the_shared_secret(
    practice_url: str, keys: KeyServer, tmp_path: Path
) -> None:
    with serve(tmp_path, practice_url, SUPABASE_JWKS_URL=keys.url) as both:
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
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "unknown"), id="unknown id"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, None), id="no id with two keys listed"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "ec1", aud="other"), id="wrong audience"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "ec1", exp=int(time.time()) - 60), id="expired"),
        pytest.param(signed(DEMO_COACH_ID, EC_KEY, "ec1", sub="coach"), id="subject is not a uuid"),
    ],
)
def test_jwks__invalid_token_is_401(asymmetric: Service, token: str) -> None:
    assert status_of(asymmetric, token) == 401


def test_jwks__issuer_can_be_required(practice_url: str, tmp_path: Path) -> None:
    with serve(tmp_path, practice_url, SUPABASE_JWT_ISSUER="https://project.supabase.co/auth/v1") as strict:
        assert status_of(strict, hs256(DEMO_COACH_ID)) == 401
        assert status_of(strict, hs256(DEMO_COACH_ID, iss="https://project.supabase.co/auth/v1")) == 200


def test_jwks__keys_can_come_from_a_file(practice_url: str, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(jwks(only=EC_KEY)))
    with serve(tmp_path, practice_url, SUPABASE_JWT_SECRET="", SUPABASE_JWKS_URL=file.as_uri()) as service:
        assert status_of(service, signed(DEMO_COACH_ID, EC_KEY, "only")) == 200
        assert status_of(service, signed(DEMO_COACH_ID, EC_KEY, None)) == 200, "a single key needs no key id"


def test_jwks__without_keys_is_503(practice_url: str, tmp_path: Path) -> None:
    with key_server({"keys": []}) as empty:
        settings = {"SUPABASE_JWT_SECRET": "", "SUPABASE_JWKS_URL": empty.url}
        with serve(tmp_path, practice_url, **settings) as service:
            client = service.anonymous(
                **{"X-API-Key": API_KEY, "Authorization": f"Bearer {signed(DEMO_COACH_ID, EC_KEY, 'ec1')}"}
            )
            response = client.get(f"{PREFIX}/coach/summary")
    assert response.status_code == 503
    assert "retry-after" in response.headers


def find(keys: Jwks, *key_ids: str) -> list[bool]:
    """Returns which of these key ids are found, one after the other within one event loop."""

    async def run() -> list[bool]:
        found = []
        for key_id in key_ids:
            found.append(await keys.find(key_id) is not None)
            if keys._fetching is not None:
                await keys._fetching
        return found

    return asyncio.run(run())


def test_cache__fetches_once_for_many_lookups() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        assert find(Jwks(server.url, 600), *["ec1"] * 50) == [True] * 50
        assert server.request_count == 1


def test_cache__new_key_is_found_and_withdrawn_key_is_removed() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        keys = Jwks(server.url, 600, min_fetch_interval_seconds=0)
        assert find(keys, "ec1") == [True]
        server.document = jwks(ec2=NEXT_KEY)
        assert find(keys, "ec2", "ec1") == [True, False]


def test_cache__unknown_key_ids_do_not_flood_the_source() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        assert find(
            Jwks(server.url, 600, min_fetch_interval_seconds=60), "ec1", *(f"x{n}" for n in range(100))
        )[0]
        assert server.request_count == 1


@pytest.mark.parametrize("failure", ["status", "invalid keys", "no keys", "unreachable"])
def test_cache__failing_source_keeps_valid_keys(failure: str) -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        keys = Jwks(server.url, lifetime_seconds=0, min_fetch_interval_seconds=0)
        assert find(keys, "ec1") == [True]
        if failure == "status":
            server.status = 500
        elif failure == "invalid keys":
            server.document = {"keys": [{"kty": "EC"}, "x", {"kty": "RSA", "n": "!"}]}
        elif failure == "no keys":
            server.document = {"keys": []}
        else:
            keys.source = "http://127.0.0.1:9/unreachable"
        assert find(keys, "ec1", "ec1", "other", "ec1") == [True, True, False, True]
        server.status, server.document, keys.source = 200, jwks(ec2=NEXT_KEY), server.url
        assert find(keys, "ec2") == [True], "the next successful fetch replaces the keys"


def test_cache__slow_source_does_not_delay_cached_keys() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        keys = Jwks(server.url, lifetime_seconds=0, min_fetch_interval_seconds=0)

        async def run() -> float:
            assert await keys.find("ec1") is not None
            server.delay_seconds = 3
            started = time.monotonic()
            for _ in range(20):
                assert await keys.find("ec1") is not None
            took = time.monotonic() - started
            await keys.close()
            return took

        assert asyncio.run(run()) < 1


def test_cache__concurrent_lookups_share_the_first_fetch() -> None:
    with key_server(jwks(ec1=EC_KEY)) as server:
        server.delay_seconds = 0.2
        keys = Jwks(server.url, 600)

        async def run() -> list[object]:
            return list(await asyncio.gather(*(keys.find("ec1") for _ in range(30))))

        assert None not in asyncio.run(run())
        assert server.request_count == 1


def test_cache__without_a_successful_fetch_raises() -> None:
    with pytest.raises(KeysUnavailableError):
        find(Jwks("/missing/keys.json", 600), "ec1")


def test_parse__accepts_only_public_signature_keys_of_allowed_algorithm_and_strength() -> None:
    valid = jwks(ec1=EC_KEY)["keys"][0]
    other_curve = ec.generate_private_key(ec.SECP384R1())
    secret = {"kty": "oct", "kid": "oct", "k": base64.urlsafe_b64encode(b"x" * 32).decode()}
    invalid = [
        secret,
        valid | {"kid": "enc", "use": "enc"},
        jwks(weak=WEAK_KEY)["keys"][0],
        {**jwks(p384=other_curve)["keys"][0], "alg": "ES384"},
        {**jwks(p384=other_curve)["keys"][0], "alg": "ES256"},
        valid | {"kid": ["ec1"]},
        valid | {"x": 5},
        {"kty": 5},
        {"kid": "empty"},
        "text",
    ]
    document = json.dumps({"keys": [*invalid, valid]}).encode()
    assert set(parse(document)) == {"ec1"}
    with pytest.raises(ValueError, match="no usable key"):
        parse(json.dumps({"keys": invalid}).encode())
    with pytest.raises(ValueError, match="`keys` is not a list"):
        parse(b'{"keys": 5}')
    with pytest.raises(ValueError, match="too large"):
        parse(b" " * 1_000_001)


def test_coach_id__is_the_subject_of_the_token(asymmetric: Service) -> None:
    assert status_of(asymmetric, signed(UUID(int=7), EC_KEY, "ec1")) == 200
    assert asymmetric.log_line(coach_id=str(UUID(int=7)))["status"] == 200
