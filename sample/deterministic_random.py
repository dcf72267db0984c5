"""Pseudo-random choices that depend on a key alone, not on the machine, the Python version or the date."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar
from uuid import UUID, uuid5

T = TypeVar("T")

_NAMESPACE = UUID("5f0c1ab2-3c07-5d64-9f0a-8f3b8a6f6c11")


def surrogate_uuid(*key: object) -> UUID:
    """Return the id of a key, e.g. `surrogate_uuid(seed, "utterance", 17)`."""
    return uuid5(_NAMESPACE, "/".join(str(part) for part in key))


class SeededRandom:
    """Pseudo-random values from a key.

    `random.Random` is not used: between Python versions only the values of its `random()` are guaranteed to
    stay the same, and the ids and rows of the sample must stay the same.
    """

    def __init__(self, *key: object) -> None:
        self._fractions = _fractions("/".join(str(part) for part in key))

    def fraction(self) -> float:
        """Return a number in [0, 1)."""
        return next(self._fractions)

    def bernoulli(self, probability: float) -> bool:
        """Return True with the given probability (0-1)."""
        return self.fraction() < probability

    def uniform(self, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        return low + (high - low) * self.fraction()

    def integer(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return low + int(self.fraction() * (high - low + 1))

    def choice(self, items: Sequence[T]) -> T:
        """Return one of `items`, all equally likely."""
        return items[int(self.fraction() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return `items` in random order."""
        rest = list(items)
        for last in range(len(rest) - 1, 0, -1):
            other = self.integer(0, last)
            rest[last], rest[other] = rest[other], rest[last]
        return rest


class NonRepeatingChoice:
    """Choices from named lists; no item is repeated before all items of its list were chosen."""

    def __init__(self, rng: SeededRandom) -> None:
        self._rng = rng
        self._remaining: dict[str, list[str]] = {}

    def next(self, name: str, items: Sequence[str]) -> str:
        """Return the next item of the list `name`, which contains `items`."""
        remaining = self._remaining.get(name)
        if not remaining:
            remaining = self._remaining[name] = self._rng.shuffled(items)
        return remaining.pop()


def _fractions(key: str) -> Iterator[float]:
    block = 0
    while True:
        digest = hashlib.sha256(f"{key}#{block}".encode()).digest()
        for start in range(0, len(digest), 8):
            # 53 bits, as many as a float holds: with all 64 the division could round up to 1
            yield (int.from_bytes(digest[start : start + 8], "big") >> 11) / 2**53
        block += 1
