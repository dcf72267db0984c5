"""Which answers are known, and which are being asked for right now by another session of this run."""

import asyncio
from collections.abc import Iterable, Mapping

from cue_detector.domain import SessionInput
from cue_detector.llm.response_cache import Entry, ResponseCache, Spent
from cue_detector.llm.responses import Answer, ParsedCue


class RequestCoalescer:
    """Puts the cache behind the event loop, so that words asked about at the same time are paid for once."""

    def __init__(self, cache: ResponseCache) -> None:
        """Start with what the cache knows."""
        self._cache = cache
        self._asked: dict[str, asyncio.Event] = {}
        self._waiting: list[Entry] = []
        self._writing = asyncio.Lock()

    async def known(self, session: SessionInput, keys: Iterable[str]) -> dict[str, Answer]:
        """Return the answers there are; they serve this session from now on."""
        kept = await asyncio.to_thread(self._cache.read, session, list(keys))
        return {key: tuple(ParsedCue.from_json(cue) for cue in cues) for key, cues in kept.items()}

    async def keep(self, session: SessionInput, answers: Mapping[str, Answer], spent: Spent) -> None:
        """Commit validated answers and what was paid; returns when that is done.

        What comes while a transaction is under way goes into the next one, all together.
        """
        if not spent.requests:
            return
        as_json = {key: [cue.as_json() for cue in answer] for key, answer in answers.items()}
        self._waiting.append(Entry(session, as_json, spent))
        # Shielded: a deadline that strikes now must not lose what was paid for.
        await asyncio.shield(self._write())

    async def _write(self) -> None:
        async with self._writing:
            entries, self._waiting = self._waiting, []
            if entries:
                await asyncio.to_thread(self._cache.keep, entries)

    def claim(self, keys: Iterable[str]) -> set[str]:
        """Return the keys that nobody is asking for; the caller asks, and must release them."""
        mine = {key for key in keys if key not in self._asked}
        for key in mine:
            self._asked[key] = asyncio.Event()
        return mine

    def release(self, keys: Iterable[str]) -> None:
        """End a claim, whether it brought an answer or not."""
        for key in keys:
            self._asked.pop(key).set()

    async def wait(self, keys: Iterable[str]) -> None:
        """Wait until nobody else is asking for any of the keys."""
        for key in keys:
            if event := self._asked.get(key):
                await event.wait()
