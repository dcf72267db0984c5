"""Verifies the API keys of calling back ends."""

import hashlib
import hmac
from collections.abc import Iterable

from pydantic import SecretStr


class ApiKeyVerifier:
    def __init__(self, keys: Iterable[SecretStr]) -> None:
        self._digests = [_digest(key.get_secret_value().encode()) for key in keys]

    def is_valid(self, key: bytes) -> bool:
        """Compares with every configured key in constant time, so timing reveals nothing."""
        digest = _digest(key)
        return sum([hmac.compare_digest(digest, known) for known in self._digests]) > 0


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
