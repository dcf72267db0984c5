"""Text helpers: slots, word counts, and budgets that keep the mean of a session near a target."""

import re
from collections.abc import Mapping, Sequence

from sample.deterministic_random import SeededRandom
from sample.phrases import Tone

_SENTENCE_END = re.compile(r"(?<=[.!?]) +")
_OPENERS = ("Well,", "Honestly,", "I mean,", "So,", "Look,", "To be fair,", "You know,", "Hmm,", "As I said,")
_LOWERCASED_AFTER_OPENER = {
    "about",
    "all",
    "as",
    "at",
    "better",
    "by",
    "each",
    "everybody",
    "half",
    "in",
    "it",
    "it's",
    "most",
    "my",
    "nobody",
    "not",
    "nothing",
    "on",
    "once",
    "one",
    "people",
    "some",
    "that",
    "the",
    "there",
    "they",
    "this",
    "two",
    "we",
    "when",
    "with",
    "worse",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FRIENDS = ("partner", "best friend", "sister", "brother", "neighbour", "cousin", "flatmate", "oldest friend")
_NUMBERS = ("two", "three", "four", "five", "six")

SENTIMENT_SCORES = (-1.0, -0.5, 0.0, 0.5, 1.0)


def word_count(text: str) -> int:
    """Return the number of whitespace-separated tokens, as the metrics count words."""
    return len(text.split())


def split_sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)


def slots(rng: SeededRandom, people: Sequence[str], steps: Sequence[str]) -> dict[str, str]:
    """Return a value for each slot."""
    return {
        "person": rng.choice(people),
        "friend": rng.choice(_FRIENDS),
        "step": rng.choice(steps),
        "day": rng.choice(_DAYS),
        "n": rng.choice(_NUMBERS),
    }


def fill(line: str, values: Mapping[str, str]) -> str:
    """Fill the slots and capitalize the start of each sentence."""
    text = line.format_map(values) if "{" in line else line
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in split_sentences(text))


def with_opener(text: str, rng: SeededRandom) -> str:
    """Return the text with a spoken opener, where that is grammatical."""
    first, _, rest = text.partition(" ")
    if first.lower() in _LOWERCASED_AFTER_OPENER:
        first = first.lower()
    elif first not in {"I", "I'm", "I've"}:
        return text
    return f"{rng.choice(_OPENERS)} {first} {rest}"


def tone_of(score: float) -> Tone:
    if score > 0:
        return "better"
    return "worse" if score < 0 else "same"


class WordBudget:
    """Keeps the mean words per utterance of one speaker near a target."""

    def __init__(self, target: float) -> None:
        self._target = target
        self._allowed = 0.0

    def next(self) -> float:
        """Return the number of words that the next utterance may have."""
        self._allowed += self._target
        return self._allowed

    def spend(self, text: str) -> None:
        self._allowed -= word_count(text)


class SentimentBudget:
    """Keeps the mean sentiment of one speaker near a target."""

    def __init__(self, target: float, rng: SeededRandom) -> None:
        self._target = target
        self._balance = 0.0
        self._rng = rng

    def next(self, choices: Sequence[float] = SENTIMENT_SCORES) -> float:
        """Return the score out of `choices` that brings the mean closest to the target, with some noise."""
        self._balance += self._target
        wanted = self._balance + self._rng.uniform(-0.25, 0.25)
        score = min(choices, key=lambda choice: abs(choice - wanted))
        self._balance -= score
        return score
