"""Small work on sentences: slots, lengths, and keeping to a mean over a whole session."""

import re
from collections.abc import Mapping, Sequence

from sample.deterministic_random import SeededRandom
from sample.phrases import Tone

_SENTENCE_END = re.compile(r"(?<=[.!?]) +")
_OPENERS = ("Well,", "Honestly,", "I mean,", "So,", "Look,", "To be fair,", "You know,", "Hmm,", "As I said,")
_MAY_FOLLOW_AN_OPENER = {
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
    """Whitespace-separated tokens, as the metric dictionary counts words."""
    return len(text.split())


def split_sentences(text: str) -> list[str]:
    """The sentences of a line, in order."""
    return _SENTENCE_END.split(text)


def slots(dice: SeededRandom, people: Sequence[str], steps: Sequence[str]) -> dict[str, str]:
    """One value for each slot of a line."""
    return {
        "person": dice.pick(people),
        "friend": dice.pick(_FRIENDS),
        "step": dice.pick(steps),
        "day": dice.pick(_DAYS),
        "n": dice.pick(_NUMBERS),
    }


def fill(line: str, values: Mapping[str, str]) -> str:
    """Put the slots' values in, and a capital letter at the start of each sentence."""
    text = line.format_map(values) if "{" in line else line
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in split_sentences(text))


def with_opener(text: str, dice: SeededRandom) -> str:
    """The text after a word or two such as people begin with, where that reads well."""
    first, _, rest = text.partition(" ")
    if first.lower() in _MAY_FOLLOW_AN_OPENER:
        first = first.lower()
    elif first not in {"I", "I'm", "I've"}:
        return text
    return f"{dice.pick(_OPENERS)} {first} {rest}"


def tone_of(score: float) -> Tone:
    """The tone of answer that belongs to a sentiment score."""
    if score > 0:
        return "better"
    return "worse" if score < 0 else "same"


class WordBudget:
    """Keeps the mean words per utterance of one speaker near a target."""

    def __init__(self, target: float) -> None:
        self._target = target
        self._allowed = 0.0

    def next(self) -> float:
        """Words that the next utterance may have."""
        self._allowed += self._target
        return self._allowed

    def spend(self, text: str) -> None:
        """Take the words of what was said off the budget."""
        self._allowed -= word_count(text)


class MoodMeter:
    """Keeps the mean sentiment of one speaker near a target."""

    def __init__(self, target: float, dice: SeededRandom) -> None:
        self._target = target
        self._owed = 0.0
        self._dice = dice

    def next(self, choices: Sequence[float] = SENTIMENT_SCORES) -> float:
        """The score of the next utterance, out of `choices`: the one that is owed, give or take a little."""
        self._owed += self._target
        wanted = self._owed + self._dice.between(-0.25, 0.25)
        score = min(choices, key=lambda choice: abs(choice - wanted))
        self._owed -= score
        return score
