"""Creates valid and invalid tokens."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.api.service import JWT_SECRET

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def claims(coach_id: UUID, **changes: Any) -> dict[str, Any]:
    """Claims as Supabase Auth issues them; a change to None removes the claim."""
    now = int(time.time())
    defaults = {
        "sub": str(coach_id),
        "aud": "authenticated",
        "role": "authenticated",
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in (defaults | changes).items() if value is not None}


def hs256(
    coach_id: UUID, secret: str = JWT_SECRET, headers: dict[str, Any] | None = None, **changes: Any
) -> str:
    return jwt.encode(claims(coach_id, **changes), secret, algorithm="HS256", headers=headers)


def signed(coach_id: UUID, key: PrivateKey, key_id: str | None, **changes: Any) -> str:
    """An ES256 or RS256 token, depending on the key."""
    algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
    headers = {"kid": key_id} if key_id else None
    return jwt.encode(claims(coach_id, **changes), key, algorithm=algorithm, headers=headers)


def raw_token(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    """A token with arbitrary parts, which a library would reject."""
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def forged(payload: dict[str, Any], secret: str, key_id: str | None = None) -> str:
    """An HS256 token signed with the text of a public key: algorithm confusion."""
    unsigned = raw_token({"alg": "HS256", "typ": "JWT", "kid": key_id}, payload).rsplit(".", 1)[0]
    signature = hmac.digest(secret.encode(), unsigned.encode(), "sha256")
    return f"{unsigned}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def jwks(**keys: PrivateKey) -> dict[str, Any]:
    """A JWKS document with these public keys by key id."""
    return {"keys": [_public(key) | {"kid": key_id, "use": "sig"} for key_id, key in keys.items()]}


def pem(key: PrivateKey) -> str:
    """The public key as PEM, which an attacker may know."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _public(key: PrivateKey) -> dict[str, Any]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return dict(ECAlgorithm.to_jwk(key.public_key(), as_dict=True)) | {"alg": "ES256"}
    return dict(RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)) | {"alg": "RS256"}
