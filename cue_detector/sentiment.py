"""Scores the sentiment of one utterance, for utterances that upstream left without a label.

Metric dictionary, "utterance sentiment score": the upstream label comes first; this is what stands in for it.
VADER's own compound saturates on long text, so each sentence is scored alone and the mean is weighted by the
sentence's words; `make eval` prints how well each way separates change talk from sustain talk (ADR 0023).
"""

from functools import cache, lru_cache
from string import punctuation
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from cue_detector.text import sentences, words

VERSION = "vader-sentences-1"

_FILLERS = ("well", "pretty", "kind")
"""Praise in VADER's lexicon, but in spoken English mostly "well, ...", "pretty bad", "kind of"."""
_MAX_CHARACTERS = 20_000
"""An utterance longer than about half an hour of speech is scored on its beginning."""


class Valence(NamedTuple):
    """VADER's reading of a text: shares of positive, negative, neutral words; compound in [-1, 1]."""

    positive: float
    negative: float
    neutral: float
    compound: float


def score(text: str) -> float | None:
    """Return the sentiment of an utterance in [-1, 1], 4 decimals; None for a text without words."""
    total = 0.0
    weight = 0
    for sentence in sentences(text[:_MAX_CHARACTERS]):
        length = len(words(sentence))
        if length:
            total += length * _compound(sentence)
            weight += length
    return round(total / weight, 4) if weight else None


def plain_valence(text: str) -> Valence:
    """Return VADER's unchanged scores of a whole text; all zero for a text without words."""
    scores = _plain().polarity_scores(text[:_MAX_CHARACTERS])
    return Valence(scores["pos"], scores["neg"], scores["neu"], scores["compound"])


@lru_cache(maxsize=10_000)
def _compound(sentence: str) -> float:
    """Return VADER's compound of a sentence; short ones come again and again."""
    lexicon = _spoken().lexicon
    tokens = sentence.lower().split()
    # Without a word of its lexicon neither idioms nor emphasis count; emoji it reads as words.
    if sentence.isascii() and not any(t in lexicon or t.strip(punctuation) in lexicon for t in tokens):
        return 0.0
    return float(_spoken().polarity_scores(sentence)["compound"])


@cache
def _plain() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@cache
def _spoken() -> SentimentIntensityAnalyzer:
    analyzer = SentimentIntensityAnalyzer()
    for word in _FILLERS:
        analyzer.lexicon.pop(word, None)
    return analyzer
