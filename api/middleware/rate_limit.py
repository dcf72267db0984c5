"""How often somebody may ask: per coach, and per address before the credentials (contract page, "Access")."""

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
STORE_PAUSE_SECONDS = 10.0
"""After the shared store failed, each process counts by itself for this long."""


@dataclass(frozen=True)
class RateLimitResult:
    """Whether the request may go on, and what the answer says about the limit."""

    is_allowed: bool
    headers: Headers
    retry_after_seconds: int


class Limit:
    """One limit, e.g. `600/minute`, counted in a sliding window. `none` limits nothing.

    Counts are this process's own, or shared through Redis. When Redis is away each process counts for itself:
    a lost counter neither shuts anybody out nor opens the door wide.
    """

    def __init__(self, name: str, rule: str, storage: str) -> None:
        self._name = name
        self._item: RateLimitItem | None = None if rule == "none" else parse(rule)
        self._local = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared: SlidingWindowCounterRateLimiter | None = None
        self._shared_paused_until = 0.0
        if not storage.startswith("memory:"):
            self._shared = SlidingWindowCounterRateLimiter(redis_storage(storage))
        if self._item is not None:
            policy = f"{self._item.amount};w={self._item.get_expiry()}"
            self._limit_headers = [
                (b"ratelimit-limit", str(self._item.amount).encode()),
                (b"ratelimit-policy", policy.encode()),
            ]

    async def hit(self, who: str) -> RateLimitResult | None:
        """Count one request of `who`; None where nothing is limited."""
        if self._item is None:
            return None
        if self._shared is not None and time.monotonic() >= self._shared_paused_until:
            try:
                return await self._hit(self._shared, self._item, who)
            except Exception as error:
                self._shared_paused_until = time.monotonic() + STORE_PAUSE_SECONDS
                log.warning("counting locally", error=type(error).__name__)
        return await self._hit(self._local, self._item, who)

    async def _hit(
        self, limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, who: str
    ) -> RateLimitResult:
        is_allowed = await limiter.hit(item, self._name, who)
        stats = await limiter.get_window_stats(item, self._name, who)
        seconds = max(1, ceil(stats.reset_time - time.time()))
        headers = [
            *self._limit_headers,
            (b"ratelimit-remaining", str(stats.remaining).encode()),
            (b"ratelimit-reset", str(seconds).encode()),
        ]
        return RateLimitResult(is_allowed, headers, seconds)


def redis_storage(url: str) -> RedisStorage:
    """The counters in a Redis server, connected to with the first request.

    Raises limits.errors.ConfigurationError without the package redis, and for an address that is none.
    """
    return RedisStorage(f"async+{url}", implementation="redispy")


def client_network(host: str) -> str:
    """The address that is counted: of IPv6 one customer's network (/64), or a host would have 2^64 limits."""
    if ":" not in host:
        return host
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(getattr(address, "ipv4_mapped", address))
