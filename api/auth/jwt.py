"""Who asks: the coach id of a Supabase Auth token (contract page, "Access")."""

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


class BadTokenError(Exception):
    """The token proves nothing; the message is fit for the caller."""


class TokenVerifier:
    """Checks tokens with the keys that the settings name, and no others.

    The token's header chooses between the configured keys. It never chooses an algorithm: each key is only
    ever used with its own.
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

    async def coach_of(self, token: str) -> UUID:
        """The coach whom the token was issued to.

        Raises BadTokenError, or jwks.KeysUnavailableError when no public key could be had at all.
        """
        if len(token) > MAX_TOKEN_BYTES:
            raise BadTokenError("The token is too long.")
        try:
            key, algorithm = await self._key_for(_header_of(token))
            claims = jwt.decode(token, key, algorithms=[algorithm], **self._claims)
        except ExpiredSignatureError:
            raise BadTokenError("The token has expired.") from None
        except ImmatureSignatureError:
            raise BadTokenError("The token is not valid yet.") from None
        except (PyJWTError, ValueError):
            raise BadTokenError("The token is not valid.") from None
        return _coach_id(claims["sub"])

    async def close(self) -> None:
        """Stop what runs in the background."""
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


def _header_of(token: str) -> dict[str, Any]:
    """The header, to choose a key by. Nothing of it is believed: the library reads and checks it again."""
    encoded = token.partition(".")[0]
    header = orjson.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    if not isinstance(header, dict) or not isinstance(header.get("kid"), str | None):
        raise InvalidTokenError
    return header


def _coach_id(subject: str) -> UUID:
    if not UUID_PATTERN.fullmatch(subject):
        raise BadTokenError("The token's subject is no coach.")
    return UUID(subject)
