"""Client talk with sentence embeddings, for the optional extra `embeddings`: better, and 50 times slower.

A third logistic regression, on the embeddings of the utterance and of what is said around it, is blended into
the default model's score (ADR 0022). Never used unless asked for, so that results do not depend on what is
installed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cue_detector.domain import InputUtterance
from cue_detector.local.client_talk import (
    ClientTalk,
    Model,
    client_lines,
    decide,
    load_model,
    logits,
    softmax,
    with_neighbours,
)
from cue_detector.local.embeddings import DIMENSIONS, Array, SentenceEncoder
from cue_detector.local.features import Features, extract

HEAD_FILE = "client_talk_embeddings.json"

PLACES = ("text", "coach_before", "client_before", "client_two_before", "coach_after")
"""What is embedded: the utterance, the coach's right before, the client's last two, the coach's next."""

Surroundings = tuple[str, str, str, str, str]
"""The texts of PLACES; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head's coefficients: rows are change and sustain, relative to neutral."""

    version: str
    share: float
    """Weight of the head in the blend; the default model has the rest."""
    intercept: tuple[float, float]
    places: NDArray[np.float64]
    """(2, places x 384)"""
    numbers: NDArray[np.float64]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Head":
        """Return a head as read from its file; raises KeyError when a part is missing."""
        return cls(
            version=raw["version"],
            share=raw["share"],
            intercept=(raw["intercept"][0], raw["intercept"][1]),
            places=np.hstack([np.array(raw[place]) for place in PLACES]),
            numbers=np.array(raw["numbers"]),
        )


@cache
def load_head() -> Head:
    """Return the packaged head."""
    text = files("cue_detector.local").joinpath(HEAD_FILE).read_text(encoding="utf-8")
    return Head.from_dict(json.loads(text))


def predict_with_embeddings(
    utterances: Sequence[InputUtterance], encoder: SentenceEncoder
) -> list[ClientTalk]:
    """Return what predict_client_talk does, with the embeddings taking part; `encoder` from load_encoder.

    Needs all that coach and client said, since the coach's next words count too.
    """
    model, head = load_model(), load_head()
    vectors = embed(surroundings(utterances), encoder)
    alone = []
    for line, around in zip(client_lines(utterances), vectors, strict=True):
        features = extract(line)
        alone.append(
            softmax(blend(logits(features, model), head_logits(features, around, head, model), head.share))
        )
    return [decide(p, model) for p in with_neighbours(alone, model)]


def surroundings(utterances: Sequence[InputUtterance]) -> list[Surroundings]:
    """Return what is embedded for each client utterance of one session, in the order given."""
    found: list[Surroundings] = []
    before, two_before = "", ""
    lines = iter(client_lines(utterances))
    for place, each in enumerate(utterances):
        if each.role != "client":
            continue
        after = next((later.text for later in utterances[place + 1 :] if later.role == "coach"), "")
        found.append((each.text, next(lines).coach_text, before, two_before, after))
        before, two_before = each.text, before
    return found


def embed(lines: Iterable[Surroundings], encoder: SentenceEncoder) -> Array:
    """Return (lines, places, 384); each text is computed once, and an empty one is zeros."""
    lines = list(lines)
    texts = sorted({text for line in lines for text in line})
    place_of = {text: place for place, text in enumerate(texts)}
    vectors = encoder.encode(texts)
    return vectors[[[place_of[text] for text in line] for line in lines]].reshape(-1, len(PLACES), DIMENSIONS)


def head_logits(features: Features, around: Array, head: Head, model: Model) -> list[float]:
    """Return the head's scores of neutral (always 0), change and sustain; `around` is (places, 384)."""
    scale = np.array(model.numbers)
    scaled = (np.array(features.numbers) - scale[:, 0]) / scale[:, 1]
    scores = head.places @ around.ravel() + head.numbers @ scaled
    return [0.0, *(float(value) + add for value, add in zip(scores, head.intercept, strict=True))]


def blend(default: Sequence[float], added: Sequence[float], share: float) -> list[float]:
    """Return the default model's scores with a share of the head's."""
    return [(1 - share) * own + share * other for own, other in zip(default, added, strict=True)]
