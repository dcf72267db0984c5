"""Response cache with request coalescing: concurrent sessions with equal utterances share one request."""

import asyncio
from collections.abc import Iterable, Mapping

from cue_detector.domain import SessionInput
from cue_detector.llm.response_cache import CacheEntry, RequestUsage, ResponseCache
from cue_detector.llm.responses import ParsedCue, ParsedCues


class RequestCoalescer:
    """Asynchronous access to the response cache, with a registry of the keys that are in flight."""

    def __init__(self, cache: ResponseCache) -> None:
        self._cache = cache
        self._in_flight: dict[str, asyncio.Event] = {}
        self._pending_writes: list[CacheEntry] = []
        self._write_lock = asyncio.Lock()

    async def get(self, session: SessionInput, keys: Iterable[str]) -> dict[str, ParsedCues]:
        """Return the cached responses and record that the session uses them."""
        cached = await asyncio.to_thread(self._cache.get, session, list(keys))
        return {key: tuple(ParsedCue.from_json(cue) for cue in cues) for key, cues in cached.items()}

    async def put(
        self, session: SessionInput, responses: Mapping[str, ParsedCues], usage: RequestUsage
    ) -> None:
        """Commit validated responses and their usage; returns after the commit.

        Entries that arrive during a transaction are written together in the next one.
        """
        if not usage.requests:
            return
        as_json = {key: [cue.as_json() for cue in cues] for key, cues in responses.items()}
        self._pending_writes.append(CacheEntry(session, as_json, usage))
        # Shielded: an expiring deadline must not lose a paid response.
        await asyncio.shield(self._write())

    async def _write(self) -> None:
        async with self._write_lock:
            entries, self._pending_writes = self._pending_writes, []
            if entries:
                await asyncio.to_thread(self._cache.put, entries)

    def acquire(self, keys: Iterable[str]) -> set[str]:
        """Mark keys as in flight and return those that were not; the caller must release them."""
        acquired = {key for key in keys if key not in self._in_flight}
        for key in acquired:
            self._in_flight[key] = asyncio.Event()
        return acquired

    def release(self, keys: Iterable[str]) -> None:
        """Release acquired keys, with or without a response, and wake the sessions that wait for them."""
        for key in keys:
            self._in_flight.pop(key).set()

    async def wait(self, keys: Iterable[str]) -> None:
        """Wait until none of the keys is in flight."""
        for key in keys:
            if event := self._in_flight.get(key):
                await event.wait()
