"""Fetches and caches the public keys (JWKS) that verify asymmetric tokens.

Cached keys stay valid while the source is unavailable. A successful fetch replaces all cached keys.
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
FETCH_TIMEOUT_SECONDS = 5.0
MIN_FETCH_INTERVAL_SECONDS = 10.0
"""Unknown key ids cannot cause more fetches than this allows."""

log = structlog.get_logger("api.auth.jwks")


class KeysUnavailableError(Exception):
    """No key was ever fetched and the source is unavailable."""


class Jwks:
    """The keys of one source, a URL or a file path. Refreshed in the background after `lifetime_seconds`."""

    def __init__(
        self,
        source: str,
        lifetime_seconds: float,
        min_fetch_interval_seconds: float = MIN_FETCH_INTERVAL_SECONDS,
    ) -> None:
        self.source = source
        self.lifetime_seconds = lifetime_seconds
        self.min_fetch_interval_seconds = min_fetch_interval_seconds
        self._keys: dict[str | None, PyJWK] | None = None
        self._fresh_until = 0.0
        self._next_attempt = 0.0
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None) -> PyJWK | None:
        """Returns the key, or None. Without a key id, returns the key if the source lists exactly one.

        Raises KeysUnavailableError if no fetch has ever succeeded.
        """
        key = self._cached(key_id)
        if key is not None:
            if time.monotonic() > self._fresh_until:
                self._start_fetch()
            return key
        if task := self._start_fetch():
            await asyncio.shield(task)
        if self._keys is None:
            raise KeysUnavailableError
        return self._cached(key_id)

    async def close(self) -> None:
        """Cancels a running fetch."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _cached(self, key_id: str | None) -> PyJWK | None:
        keys = self._keys or {}
        if key_id is None:
            return next(iter(keys.values())) if len(keys) == 1 else None
        return keys.get(key_id)

    def _start_fetch(self) -> asyncio.Task[None] | None:
        """Returns the running fetch, or starts one if the minimum interval has passed."""
        if self._fetching is None or self._fetching.done():
            if time.monotonic() < self._next_attempt:
                return None
            self._next_attempt = time.monotonic() + self.min_fetch_interval_seconds
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            keys = parse(await self._read())
        except (OSError, httpx.HTTPError, ValueError) as error:
            has_keys = self._keys is not None
            log.warning("JWKS fetch failed", error=type(error).__name__, has_cached_keys=has_keys)
            return
        self._keys = keys
        self._fresh_until = time.monotonic() + self.lifetime_seconds

    async def _read(self) -> bytes:
        parts = urlsplit(self.source)
        if parts.scheme in ("", "file"):
            path = Path(url2pathname(parts.path) if parts.scheme else self.source)
            return await asyncio.to_thread(path.read_bytes)
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS, follow_redirects=False) as client:
            response = await client.get(self.source, headers={"Accept": "application/json"})
        response.raise_for_status()
        return response.content


def parse(document: bytes) -> dict[str | None, PyJWK]:
    """Returns the public signature keys of allowed algorithm and strength by key id.

    Raises ValueError if there is none, so that a malformed document never replaces valid keys.
    """
    if len(document) > MAX_RESPONSE_BYTES:
        raise ValueError("key document too large")
    jwks = orjson.loads(document)
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(entries, list):
        raise ValueError("`keys` is not a list")
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
