"""Client talk classification with sentence embeddings (optional extra `embeddings`).

Blends a third logistic regression, on embeddings of the utterance and its context, into the score of the
default model: more accurate, but 50 times slower. The detector never uses it, so that results do not depend
on the installed packages.
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
    classify,
    client_lines,
    load_model,
    logits,
    smooth,
    softmax,
)
from cue_detector.local.embeddings import DIMENSIONS, Array, SentenceEncoder
from cue_detector.local.features import Features, extract

HEAD_FILE = "client_talk_embeddings.json"

TEXT_SLOTS = ("text", "coach_before", "client_before", "client_two_before", "coach_after")
"""Embedded utterances: the one to classify and its neighbours by coach and client."""

SlotTexts = tuple[str, str, str, str, str]
"""The texts of TEXT_SLOTS; an empty string where there is none."""


@dataclass(frozen=True, slots=True)
class Head:
    """Coefficients of the embedding head; rows are change and sustain, relative to neutral."""

    version: str
    blend_weight: float
    """Weight of the head in the blend, 0-1; the default model has the remainder."""
    intercept: tuple[float, float]
    slots: NDArray[np.float64]
    """(2, slots x 384)"""
    numbers: NDArray[np.float64]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Head":
        """Parse the content of a head file; raises KeyError if a key is missing."""
        return cls(
            version=raw["version"],
            blend_weight=raw["share"],
            intercept=(raw["intercept"][0], raw["intercept"][1]),
            slots=np.hstack([np.array(raw[slot]) for slot in TEXT_SLOTS]),
            numbers=np.array(raw["numbers"]),
        )


@cache
def load_head() -> Head:
    """Load the packaged head."""
    text = files("cue_detector.local").joinpath(HEAD_FILE).read_text(encoding="utf-8")
    return Head.from_dict(json.loads(text))


def predict_with_embeddings(
    utterances: Sequence[InputUtterance], encoder: SentenceEncoder
) -> list[ClientTalk]:
    """Like predict_client_talk, with embeddings; `encoder` is the result of load_encoder.

    Requires all utterances of coach and client, because the coach's next utterance is an input.
    """
    model, head = load_model(), load_head()
    embeddings = embed(slot_texts(utterances), encoder)
    unsmoothed = []
    for line, vectors in zip(client_lines(utterances), embeddings, strict=True):
        features = extract(line)
        scores = blend(
            logits(features, model), head_logits(features, vectors, head, model), head.blend_weight
        )
        unsmoothed.append(softmax(scores))
    return [classify(p, model) for p in smooth(unsmoothed, model)]


def slot_texts(utterances: Sequence[InputUtterance]) -> list[SlotTexts]:
    """Return the texts to embed for each client utterance of one session, in order."""
    texts: list[SlotTexts] = []
    before, two_before = "", ""
    lines = iter(client_lines(utterances))
    for index, utterance in enumerate(utterances):
        if utterance.role != "client":
            continue
        after = next((later.text for later in utterances[index + 1 :] if later.role == "coach"), "")
        texts.append((utterance.text, next(lines).coach_text, before, two_before, after))
        before, two_before = utterance.text, before
    return texts


def embed(lines: Iterable[SlotTexts], encoder: SentenceEncoder) -> Array:
    """Return an array (lines, slots, 384); each distinct text is encoded once, an empty one to zeros."""
    lines = list(lines)
    texts = sorted({text for line in lines for text in line})
    row_by_text = {text: row for row, text in enumerate(texts)}
    vectors = encoder.encode(texts)
    return vectors[[[row_by_text[text] for text in line] for line in lines]].reshape(
        -1, len(TEXT_SLOTS), DIMENSIONS
    )


def head_logits(features: Features, vectors: Array, head: Head, model: Model) -> list[float]:
    """Return the head's scores of neutral (always 0), change and sustain; `vectors` is (slots, 384)."""
    scale = np.array(model.numbers)
    scaled = (np.array(features.numbers) - scale[:, 0]) / scale[:, 1]
    scores = head.slots @ vectors.ravel() + head.numbers @ scaled
    return [0.0, *(float(score) + bias for score, bias in zip(scores, head.intercept, strict=True))]


def blend(default: Sequence[float], head: Sequence[float], weight: float) -> list[float]:
    """Return the weighted mean of the default model's scores and the head's; `weight` is the head's."""
    return [(1 - weight) * own + weight * other for own, other in zip(default, head, strict=True)]
