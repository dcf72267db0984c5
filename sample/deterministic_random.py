"""Choices that fall the same way for the same key: on any machine, Python version and day."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar
from uuid import UUID, uuid5

T = TypeVar("T")

_NAMESPACE = UUID("5f0c1ab2-3c07-5d64-9f0a-8f3b8a6f6c11")


def surrogate_uuid(*key: object) -> UUID:
    """The id that belongs to a key, e.g. `surrogate_uuid(seed, "utterance", 17)`."""
    return uuid5(_NAMESPACE, "/".join(str(part) for part in key))


class SeededRandom:
    """A stream of choices that depends on its key alone.

    The standard generator is not used: only its `random()` is promised to stay the same between versions of
    Python, and ids and rows of the sample must.
    """

    def __init__(self, *key: object) -> None:
        self._fractions = _fractions("/".join(str(part) for part in key))

    def chance(self) -> float:
        """A number from 0 up to, and without, 1."""
        return next(self._fractions)

    def happens(self, probability: float) -> bool:
        """True with the given probability (0-1)."""
        return self.chance() < probability

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        return low + (high - low) * self.chance()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.chance() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, each as likely as the others."""
        return items[int(self.chance() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """`items` in an order of chance."""
        rest = list(items)
        for last in range(len(rest) - 1, 0, -1):
            other = self.whole(0, last)
            rest[last], rest[other] = rest[other], rest[last]
        return rest


class Deck:
    """Cards dealt without repeating one until all have been dealt; one pile per name."""

    def __init__(self, dice: SeededRandom) -> None:
        self._dice = dice
        self._piles: dict[str, list[str]] = {}

    def deal(self, name: str, cards: Sequence[str]) -> str:
        """The next card of the pile `name`, which holds `cards`."""
        pile = self._piles.get(name)
        if not pile:
            pile = self._piles[name] = self._dice.shuffled(cards)
        return pile.pop()


def _fractions(key: str) -> Iterator[float]:
    block = 0
    while True:
        digest = hashlib.sha256(f"{key}#{block}".encode()).digest()
        for start in range(0, len(digest), 8):
            # 53 bits, as many as a float holds: with all 64 the division could round up to 1
            yield (int.from_bytes(digest[start : start + 8], "big") >> 11) / 2**53
        block += 1
