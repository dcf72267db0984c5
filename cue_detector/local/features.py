"""Feature extraction of the client talk model: signals, word-class n-grams and pairs, numeric features.

Words are mapped to topic-independent classes (lexicon.toml), so that a model trained on dialogues about
smoking generalizes to dialogues about exercise. Training and inference share this module.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cue_detector.sentiment import plain_valence
from cue_detector.text import lowered

LEXICON_FILE = "lexicon.toml"
SIGNALS_FILE = "signals.toml"

_MAX_CHARACTERS = 4_000
"""Longer utterances are truncated; about five minutes of speech."""
_SHORT_ANSWER_WORDS = 4
_PAIR_WINDOW = 3
_MAX_GRAM_LENGTH = 3

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|\?")
_STAGE_NOTE = re.compile(r"\[[^\[\]]{0,80}\]")
_STUTTER = re.compile(r"\b(\w{1,30})(?:-+ ?\1\b)+")
_FILLER = re.compile(r"\b(?:um|uhm|uh|you know|i mean)\b,? ?|\blike, ")
_FILLER_TOKENS = frozenset({"um", "uh", "umm", "uhm"})


@dataclass(frozen=True, slots=True)
class ClientLine:
    """Model input of one client utterance."""

    text: str
    coach_text: str
    """The immediately preceding utterance if it is the coach's, else empty."""
    position: float
    """Start relative to the start of the client's last utterance, 0-1."""


@dataclass(frozen=True, slots=True)
class Features:
    """Features of one line."""

    signals: tuple[str, ...]
    grams: Counter[str]
    pairs: Counter[str]
    numbers: tuple[float, ...]


NUMERIC_FEATURE_NAMES = (
    "log_words",
    "log_words_squared",
    "up_to_2_words",
    "up_to_5_words",
    "over_15_words",
    "over_40_words",
    "log_coach_words",
    "coach_up_to_2_words",
    "coach_ends_with_question",
    "coach_asks",
    "asks",
    "short_answer_to_question",
    "says_i",
    "coach_says_you",
    "breaks_in",
    "breaks_off",
    "valence_positive",
    "valence_negative",
    "valence_neutral",
    "valence",
    "coach_valence_positive",
    "coach_valence_negative",
    "coach_valence",
    "position",
    "opening",
)


def extract(line: ClientLine) -> Features:
    """Return the features of one client utterance."""
    text = lowered(line.text[:_MAX_CHARACTERS])
    coach = lowered(line.coach_text[:_MAX_CHARACTERS])
    spoken = tokens(text)
    coach_spoken = tokens(coach)
    classes = [_class_of(token) for token in spoken]
    named = [name for token in spoken if (name := _named_class(token))]
    return Features(
        signals=tuple(_signals(text, coach, len(spoken))),
        grams=Counter(_grams(classes)),
        pairs=Counter(_pairs(named)),
        numbers=_numbers(line, text, coach, spoken, coach_spoken),
    )


def tokens(text: str) -> list[str]:
    """Return the words, numbers and question marks of a lower-case text, without stutters and stage notes."""
    cleaned = _STUTTER.sub(r"\1", _STAGE_NOTE.sub(" ", text))
    return [token for token in _TOKEN.findall(cleaned) if token not in _FILLER_TOKENS]


def _grams(classes: list[str]) -> Iterable[str]:
    for size in range(1, _MAX_GRAM_LENGTH + 1):
        for start in range(len(classes) - size + 1):
            yield " ".join(classes[start : start + size])


def _pairs(named: list[str]) -> Iterable[str]:
    yield from dict.fromkeys(named)
    for first, left in enumerate(named):
        for right in named[first + 1 : first + 1 + _PAIR_WINDOW]:
            yield f"{left}_{right}"


def _signals(text: str, coach: str, words: int) -> Iterable[str]:
    client_patterns, coach_patterns = _patterns()
    plain = _FILLER.sub("", _STUTTER.sub(r"\1", text))
    found = [name for name, pattern in client_patterns if pattern.search(plain)]
    yield from found
    length = "short" if words <= _SHORT_ANSWER_WORDS else "long"
    reply = "yes" if "yes_short" in found else "no" if "neg_short" in found else "other"
    for name, pattern in coach_patterns:
        if pattern.search(coach):
            yield f"{length} after {name}"
            yield f"{length} {reply} after {name}"


def _numbers(
    line: ClientLine, text: str, coach: str, spoken: list[str], coach_spoken: list[str]
) -> tuple[float, ...]:
    words = len(spoken)
    log_words = math.log1p(words)
    valence = plain_valence(line.text[:_MAX_CHARACTERS])
    coach_valence = plain_valence(line.coach_text[:_MAX_CHARACTERS])
    return (
        log_words,
        log_words**2,
        float(words <= 2),
        float(words <= 5),
        float(words > 15),
        float(words > 40),
        math.log1p(len(coach_spoken)),
        float(len(coach_spoken) <= 2),
        float(coach.rstrip().endswith("?")),
        float("?" in coach),
        float("?" in text),
        float(words <= 2 and "?" in coach),
        float("i" in spoken),
        float("you" in coach_spoken),
        float(text.startswith("-")),
        float(text.rstrip().endswith(("-", "\u2014"))),
        valence.positive,
        valence.negative,
        valence.neutral,
        valence.compound,
        coach_valence.positive,
        coach_valence.negative,
        coach_valence.compound,
        line.position,
        float(line.position < 0.03),
    )


def _class_of(token: str) -> str:
    return _named_class(token) or token


def _named_class(token: str) -> str:
    return "number" if token.isdigit() else _lexicon().get(token, "")


@cache
def _lexicon() -> dict[str, str]:
    classes: dict[str, str] = _load(LEXICON_FILE)["classes"]
    found: dict[str, str] = {}
    for name, words in classes.items():
        for word in words.split():
            found.setdefault(word, name)
    return found


@cache
def _patterns() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], tuple[tuple[str, re.Pattern[str]], ...]]:
    signals = _load(SIGNALS_FILE)
    client, coach = (
        tuple((name, re.compile(pattern)) for name, pattern in signals[speaker].items())
        for speaker in ("client", "coach")
    )
    return client, coach


def _load(name: str) -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = tomllib.loads(
        files("cue_detector.local").joinpath(name).read_text(encoding="utf-8")
    )
    return loaded
