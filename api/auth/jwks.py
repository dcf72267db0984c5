"""Public keys of asymmetric tokens, from an address or a file, cached (contract page, "Access").

Keys that were good stay good while their source can't be reached: a broken fetch locks nobody out. A key that
the source no longer lists is dropped with the first fetch that succeeds.
"""

import asyncio
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

ALGORITHMS = ("ES256", "RS256")
MIN_RSA_BITS = 2048
MAX_RESPONSE_BYTES = 1_000_000
FETCH_SECONDS = 5.0
PAUSE_SECONDS = 10.0
"""At most one fetch in this time, however many unknown key ids strangers send."""

log = structlog.get_logger("api.auth.jwks")


class KeysUnavailableError(Exception):
    """No key was ever fetched, and the source doesn't answer."""


class Jwks:
    """The keys of one source; after `lifetime_seconds` they are fetched anew, behind the requests' backs."""

    def __init__(self, source: str, lifetime_seconds: float, pause_seconds: float = PAUSE_SECONDS) -> None:
        self.source = source
        self.lifetime_seconds = lifetime_seconds
        self.pause_seconds = pause_seconds
        self._keys: dict[str | None, PyJWK] | None = None
        self._fresh_until = 0.0
        self._next_attempt = 0.0
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None) -> PyJWK | None:
        """The key with this id (a token without one fits a single key only), or None.

        Raises KeysUnavailableError when nothing was ever fetched.
        """
        found = self._cached(key_id)
        if found is not None:
            if time.monotonic() > self._fresh_until:
                self._fetch_if_due()
            return found
        if task := self._fetch_if_due():
            await asyncio.shield(task)
        if self._keys is None:
            raise KeysUnavailableError
        return self._cached(key_id)

    async def close(self) -> None:
        """Stop a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _cached(self, key_id: str | None) -> PyJWK | None:
        keys = self._keys or {}
        if key_id is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(key_id)

    def _fetch_if_due(self) -> asyncio.Task[None] | None:
        """The fetch that is under way, or a new one when the last was long enough ago."""
        if self._fetching is None or self._fetching.done():
            if time.monotonic() < self._next_attempt:
                return None
            self._next_attempt = time.monotonic() + self.pause_seconds
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            keys = parse(await self._read())
        except (OSError, httpx.HTTPError, ValueError) as error:
            log.warning("keys not fetched", error=type(error).__name__, cached=self._keys is not None)
            return
        self._keys = keys
        self._fresh_until = time.monotonic() + self.lifetime_seconds

    async def _read(self) -> bytes:
        parts = urlsplit(self.source)
        if parts.scheme in ("", "file"):
            path = Path(url2pathname(parts.path) if parts.scheme else self.source)
            return await asyncio.to_thread(path.read_bytes)
        async with httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False) as client:
            answer = await client.get(self.source, headers={"Accept": "application/json"})
        answer.raise_for_status()
        return answer.content


def parse(document: bytes) -> dict[str | None, PyJWK]:
    """The usable keys of a JWKS document by their id: public, for signatures, of allowed kind and strength.

    Raises ValueError when there is none, so that a broken document never replaces good keys.
    """
    if len(document) > MAX_RESPONSE_BYTES:
        raise ValueError("too large a key document")
    listed = orjson.loads(document)
    entries = listed.get("keys") if isinstance(listed, dict) else None
    if not isinstance(entries, list):
        raise ValueError("no list of keys")
    keys = {entry.get("kid"): key for entry in entries if (key := _usable(entry)) is not None}
    if not keys:
        raise ValueError("no usable key")
    return keys


def _usable(entry: object) -> PyJWK | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str | None):
        return None
    try:
        key = PyJWK.from_dict(entry)
    except (PyJWTError, ValueError, TypeError, AttributeError):
        return None
    if key.algorithm_name not in ALGORITHMS or entry.get("use", "sig") != "sig":
        return None
    match key.key:
        case EllipticCurvePublicKey() if key.key.curve.name == "secp256r1":
            return key
        case RSAPublicKey() if key.key.key_size >= MIN_RSA_BITS:
            return key
    return None
