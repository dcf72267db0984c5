"""Verifies Supabase Auth JWTs and extracts the coach id."""

from base64 import urlsafe_b64decode
from typing import Any
from uuid import UUID

import jwt
import orjson
from jwt.exceptions import ExpiredSignatureError, ImmatureSignatureError, InvalidTokenError, PyJWTError

from api.auth.jwks import ALGORITHMS, Jwks
from api.settings import Settings
from api.types import UUID_PATTERN

MAX_TOKEN_BYTES = 8192


class InvalidJwtError(Exception):
    """Invalid token. The message is safe to return to the client."""


class TokenVerifier:
    """Verifies tokens with the configured keys.

    The token's header selects a key, never an algorithm: each key is used with its own algorithm only.
    """

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.jwt_secret.get_secret_value() if settings.jwt_secret else None
        self._jwks = Jwks(settings.jwks_url, settings.jwks_lifetime_seconds) if settings.jwks_url else None
        self._claims: dict[str, Any] = {
            "audience": settings.jwt_audience,
            "issuer": settings.jwt_issuer,
            "leeway": settings.jwt_leeway_seconds,
            "options": {"require": ["exp", "aud", "sub"]},
        }

    async def coach_id(self, token: str) -> UUID:
        """Returns the coach whom the token was issued to.

        Raises InvalidJwtError, and jwks.KeysUnavailableError if no public key was ever fetched.
        """
        if len(token) > MAX_TOKEN_BYTES:
            raise InvalidJwtError("The token is too long.")
        try:
            key, algorithm = await self._key_for(_unverified_header(token))
            claims = jwt.decode(token, key, algorithms=[algorithm], **self._claims)
        except ExpiredSignatureError:
            raise InvalidJwtError("The token has expired.") from None
        except ImmatureSignatureError:
            raise InvalidJwtError("The token is not valid yet.") from None
        except (PyJWTError, ValueError):
            raise InvalidJwtError("Invalid token.") from None
        return _coach_id(claims["sub"])

    async def close(self) -> None:
        if self._jwks is not None:
            await self._jwks.close()

    async def _key_for(self, header: dict[str, Any]) -> tuple[Any, str]:
        if header.get("crit") is not None:
            raise InvalidTokenError
        algorithm = header.get("alg")
        if algorithm == "HS256" and self._secret is not None:
            return self._secret, "HS256"
        if algorithm in ALGORITHMS and self._jwks is not None:
            key = await self._jwks.find(header.get("kid"))
            if key is not None:
                return key.key, key.algorithm_name
        raise InvalidTokenError


def _unverified_header(token: str) -> dict[str, Any]:
    """Returns the header for key selection only; jwt.decode parses and verifies it again."""
    encoded = token.partition(".")[0]
    header = orjson.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    if not isinstance(header, dict) or not isinstance(header.get("kid"), str | None):
        raise InvalidTokenError
    return header


def _coach_id(subject: str) -> UUID:
    if not UUID_PATTERN.fullmatch(subject):
        raise InvalidJwtError("The token's `sub` claim is not a UUID.")
    return UUID(subject)
