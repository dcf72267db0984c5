"""Rate limits: per coach, and per network address before authentication."""

import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

log = structlog.get_logger("api.middleware.rate_limit")

Headers = list[tuple[bytes, bytes]]
STORAGE_RETRY_SECONDS = 10.0
"""After a Redis error, the process counts in memory for this long."""


@dataclass(frozen=True)
class RateLimitResult:
    is_allowed: bool
    headers: Headers
    retry_after_seconds: int


class Limit:
    """One limit, e.g. `600/minute`, counted in a sliding window; `none` disables it.

    Counts are kept in memory or shared through Redis. While Redis is unavailable, each process counts
    in memory.
    """

    def __init__(self, name: str, rule: str, storage: str) -> None:
        self._name = name
        self._item: RateLimitItem | None = None if rule == "none" else parse(rule)
        self._memory = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._redis: SlidingWindowCounterRateLimiter | None = None
        self._redis_retry_at = 0.0
        if not storage.startswith("memory:"):
            self._redis = SlidingWindowCounterRateLimiter(redis_storage(storage))
        if self._item is not None:
            policy = f"{self._item.amount};w={self._item.get_expiry()}"
            self._limit_headers = [
                (b"ratelimit-limit", str(self._item.amount).encode()),
                (b"ratelimit-policy", policy.encode()),
            ]

    async def hit(self, key: str) -> RateLimitResult | None:
        """Counts one request of `key`. Returns None for the rule `none`."""
        if self._item is None:
            return None
        if self._redis is not None and time.monotonic() >= self._redis_retry_at:
            try:
                return await self._hit(self._redis, self._item, key)
            except Exception as error:
                self._redis_retry_at = time.monotonic() + STORAGE_RETRY_SECONDS
                log.warning("rate limit storage unavailable", error=type(error).__name__)
        return await self._hit(self._memory, self._item, key)

    async def _hit(
        self, limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, key: str
    ) -> RateLimitResult:
        is_allowed = await limiter.hit(item, self._name, key)
        stats = await limiter.get_window_stats(item, self._name, key)
        seconds = max(1, ceil(stats.reset_time - time.time()))
        headers = [
            *self._limit_headers,
            (b"ratelimit-remaining", str(stats.remaining).encode()),
            (b"ratelimit-reset", str(seconds).encode()),
        ]
        return RateLimitResult(is_allowed, headers, seconds)


def redis_storage(url: str) -> RedisStorage:
    """Connects with the first request.

    Raises limits.errors.ConfigurationError for an invalid URL and if the package redis is not installed.
    """
    return RedisStorage(f"async+{url}", implementation="redispy")


def client_network(host: str) -> str:
    """The address that is counted. Of IPv6 it is the /64 network, which one customer can use whole."""
    if ":" not in host:
        return host
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(getattr(address, "ipv4_mapped", address))
