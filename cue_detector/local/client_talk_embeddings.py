"""Client talk with sentence embeddings, for the optional extra `embeddings`: better, and 50 times slower.

A third logistic regression on the embeddings of the utterance and of the coach's before it is blended into
the default model's score (ADR 0022). Never used unless asked for, so that results do not depend on what is
installed.
"""

import json
from collections.abc import Mapping, Sequence
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
from cue_detector.local.embeddings import Array, SentenceEncoder
from cue_detector.local.features import Features, extract

HEAD_FILE = "client_talk_embeddings.json"

_HEAD_SHARE = 1 / 3
"""The default model averages two regressions; the head is the third."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head's coefficients: rows are change and sustain, relative to neutral."""

    version: str
    intercept: tuple[float, float]
    text: NDArray[np.float64]
    coach: NDArray[np.float64]
    numbers: NDArray[np.float64]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Head":
        """Return a head as read from its file; raises KeyError when a part is missing."""
        return cls(
            version=raw["version"],
            intercept=(raw["intercept"][0], raw["intercept"][1]),
            text=np.array(raw["text"]),
            coach=np.array(raw["coach"]),
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
    """Return what predict_client_talk does, with the embeddings taking part; `encoder` from load_encoder."""
    model, head = load_model(), load_head()
    lines = client_lines(utterances)
    texts = encoder.encode([line.text for line in lines])
    coaches = encoder.encode([line.coach_text for line in lines])
    alone = []
    for line, text, coach in zip(lines, texts, coaches, strict=True):
        features = extract(line)
        added = head_logits(features, (text, coach), head, model)
        alone.append(softmax(blend(logits(features, model), added)))
    return [decide(p, model) for p in with_neighbours(alone, model)]


def head_logits(features: Features, vectors: tuple[Array, Array], head: Head, model: Model) -> list[float]:
    """Return the head's scores of neutral (always 0), change and sustain."""
    scale = np.array(model.numbers)
    scaled = (np.array(features.numbers) - scale[:, 0]) / scale[:, 1]
    scores = head.text @ vectors[0] + head.coach @ vectors[1] + head.numbers @ scaled
    return [0.0, *(float(value) + add for value, add in zip(scores, head.intercept, strict=True))]


def blend(default: Sequence[float], added: Sequence[float]) -> list[float]:
    """Return the default model's scores with a third of the head's."""
    return [(1 - _HEAD_SHARE) * own + _HEAD_SHARE * other for own, other in zip(default, added, strict=True)]
