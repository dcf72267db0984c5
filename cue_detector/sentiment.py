"""Sentiment score of an utterance, for utterances without an upstream label.

VADER's compound score saturates on long text. Each sentence is therefore scored separately, and the mean is
weighted by the number of words. docs/evaluation.md compares the variants.
"""

from functools import cache, lru_cache
from string import punctuation
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from cue_detector.text import sentences, words

VERSION = "vader-sentences-1"

_FILLERS = ("well", "pretty", "kind")
"""Positive in VADER's lexicon, but mostly fillers in speech: "well, ...", "pretty bad", "kind of"."""
_MAX_CHARACTERS = 20_000
"""Longer utterances are truncated; about half an hour of speech."""


class Valence(NamedTuple):
    """VADER scores of a text: fractions of positive, negative, neutral words; compound in [-1, 1]."""

    positive: float
    negative: float
    neutral: float
    compound: float


def score(text: str) -> float | None:
    """Return the sentiment of an utterance in [-1, 1], 4 decimals; None for a text without words."""
    total = 0.0
    weight = 0
    for sentence in sentences(text[:_MAX_CHARACTERS]):
        word_count = len(words(sentence))
        if word_count:
            total += word_count * _compound(sentence)
            weight += word_count
    return round(total / weight, 4) if weight else None


def plain_valence(text: str) -> Valence:
    """Return the unmodified VADER scores of a text; all zero for a text without words."""
    scores = _default_analyzer().polarity_scores(text[:_MAX_CHARACTERS])
    return Valence(scores["pos"], scores["neg"], scores["neu"], scores["compound"])


@lru_cache(maxsize=10_000)
def _compound(sentence: str) -> float:
    """Return VADER's compound score of a sentence; cached, because short sentences recur."""
    lexicon = _speech_analyzer().lexicon
    tokens = sentence.lower().split()
    # Without a lexicon word the score is 0, except for emoji, which VADER converts to words.
    if sentence.isascii() and not any(t in lexicon or t.strip(punctuation) in lexicon for t in tokens):
        return 0.0
    return float(_speech_analyzer().polarity_scores(sentence)["compound"])


@cache
def _default_analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@cache
def _speech_analyzer() -> SentimentIntensityAnalyzer:
    analyzer = SentimentIntensityAnalyzer()
    for word in _FILLERS:
        analyzer.lexicon.pop(word, None)
    return analyzer
