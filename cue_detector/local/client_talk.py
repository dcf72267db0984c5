"""Classifies client talk as change, neutral or sustain with a linear model in plain Python.

The coefficients are written by `python -m tools.training.train_client_talk`: the average of two logistic
regressions, one on signals and one on TF-IDF of word-class n-grams and pairs, both with the same numeric
features. The scores are then smoothed over neighbouring utterances, because talk types come in runs. See
docs/explanation/cues.md.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from cue_detector.domain import InputUtterance
from cue_detector.local.features import ClientLine, Features, extract

MODEL_FILE = "client_talk_model.json"
LABELS: tuple[Literal["neutral"], Literal["change"], Literal["sustain"]] = ("neutral", "change", "sustain")

_MAX_NEIGHBOUR_DISTANCE = 12
"""Neighbours farther away have a negligible weight and are ignored."""

Probabilities = tuple[float, float, float]
"""Probabilities of neutral, change and sustain; their sum is 1."""


class ClientTalk(NamedTuple):
    """Classification of one client utterance."""

    label: Literal["change", "neutral", "sustain"]
    """The most likely label after correction for the class priors; no threshold."""
    p_change: float
    """0-1, 4 decimals."""
    p_sustain: float
    """0-1, 4 decimals."""


@dataclass(frozen=True, slots=True)
class Model:
    """Coefficients; each weight is (change, sustain), relative to neutral."""

    version: str
    prior: Probabilities
    prior_power: float
    """Exponent of the prior correction of the label: 0 for none, 1 for full correction."""
    neighbour_weight: float
    """Total weight of the neighbours' log ratios."""
    context_window: float
    """Decay length of the neighbours' weights, in utterances."""
    intercept: tuple[float, float]
    signals: Mapping[str, tuple[float, float]]
    grams: Mapping[str, tuple[float, float, float]]
    """Inverse document frequency, then the two weights."""
    pairs: Mapping[str, tuple[float, float, float]]
    numbers: Sequence[tuple[float, float, float, float]]
    """Mean, standard deviation, then the two weights."""

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Model":
        """Parse the content of a model file; raises KeyError if a key is missing."""
        return cls(
            version=raw["version"],
            prior=tuple(raw["prior"]),
            prior_power=raw["prior_power"],
            neighbour_weight=raw["neighbour_weight"],
            context_window=raw["neighbour_reach"],
            intercept=tuple(raw["intercept"]),
            signals={name: tuple(weights) for name, weights in raw["signals"].items()},
            grams={name: tuple(weights) for name, weights in raw["grams"].items()},
            pairs={name: tuple(weights) for name, weights in raw["pairs"].items()},
            numbers=[tuple(weights) for weights in raw["numbers"]],
        )


@cache
def load_model() -> Model:
    """Load the packaged model."""
    text = files("cue_detector.local").joinpath(MODEL_FILE).read_text(encoding="utf-8")
    return Model.from_dict(json.loads(text))


def predict_client_talk(utterances: Sequence[InputUtterance], model: Model | None = None) -> list[ClientTalk]:
    """Classify the client utterances of one session; one result per client utterance, in order.

    The utterances must be in chronological order, because position and neighbours are inputs of the model.
    """
    model = model or load_model()
    unsmoothed = [line_probabilities(line, model) for line in client_lines(utterances)]
    return [classify(p, model) for p in smooth(unsmoothed, model)]


def client_lines(utterances: Sequence[InputUtterance]) -> list[ClientLine]:
    """Return the model input of each client utterance of one session, in order."""
    clients = [utterance for utterance in utterances if utterance.role == "client"]
    lines = []
    positions = relative_positions([utterance.start_seconds for utterance in clients])
    for utterance, position in zip(clients, positions, strict=True):
        previous = utterance.context[-1] if utterance.context else None
        is_coach = previous is not None and previous.speaker.strip().lower() == "coach"
        lines.append(
            ClientLine(
                text=utterance.text,
                coach_text=previous.text if previous is not None and is_coach else "",
                position=position,
            )
        )
    return lines


def relative_positions(starts: Sequence[float]) -> list[float]:
    """Return the start of each client utterance relative to the start of the client's last utterance, 0-1.

    Coach utterances are not considered, because the detector input does not contain all of them.
    """
    last = max(starts, default=0.0)
    return [start / last if last > 0 else 0.0 for start in starts]


def line_probabilities(line: ClientLine, model: Model | None = None) -> Probabilities:
    """Return the probabilities of one line, without smoothing."""
    model = model or load_model()
    return softmax(logits(extract(line), model))


def smooth(unsmoothed: Sequence[Probabilities], model: Model) -> list[Probabilities]:
    """Smooth the probabilities of consecutive lines.

    Adds the weighted mean of the neighbours' log ratios to the prior; the weight of a neighbour at distance k
    is exp(-k / context_window).
    """
    log_ratios = [[math.log(p / q) for p, q in zip(each, model.prior, strict=True)] for each in unsmoothed]
    smoothed = []
    for index, own in enumerate(log_ratios):
        first = max(0, index - _MAX_NEIGHBOUR_DISTANCE)
        neighbours = [
            (math.exp(-abs(other - index) / model.context_window), log_ratios[other])
            for other in range(first, min(len(log_ratios), index + _MAX_NEIGHBOUR_DISTANCE + 1))
            if other != index
        ]
        total = sum(weight for weight, _ in neighbours)
        factor = model.neighbour_weight / total if total else 0.0
        scores = [
            value + factor * sum(weight * other[label] for weight, other in neighbours) + math.log(prior)
            for label, (value, prior) in enumerate(zip(own, model.prior, strict=True))
        ]
        smoothed.append(softmax(scores))
    return smoothed


def classify(probabilities: Probabilities, model: Model) -> ClientTalk:
    """Return the label and the two probabilities of a line."""
    corrected = [p / q**model.prior_power for p, q in zip(probabilities, model.prior, strict=True)]
    best = LABELS[corrected.index(max(corrected))]
    return ClientTalk(best, round(probabilities[1], 4), round(probabilities[2], 4))


def logits(features: Features, model: Model) -> list[float]:
    """Return the scores of neutral (always 0), change and sustain."""
    change, sustain = model.intercept
    for name in features.signals:
        weights = model.signals.get(name)
        if weights:
            change += weights[0]
            sustain += weights[1]
    for counts, table in ((features.grams, model.grams), (features.pairs, model.pairs)):
        scores = _tf_idf(counts, table)
        change += scores[0]
        sustain += scores[1]
    for value, (mean, deviation, change_weight, sustain_weight) in zip(
        features.numbers, model.numbers, strict=True
    ):
        scaled = (value - mean) / deviation
        change += scaled * change_weight
        sustain += scaled * sustain_weight
    return [0.0, change, sustain]


def _tf_idf(counts: Counter[str], table: Mapping[str, tuple[float, float, float]]) -> tuple[float, float]:
    change = sustain = squares = 0.0
    for name, count in counts.items():
        entry = table.get(name)
        if entry:
            value = (1 + math.log(count)) * entry[0]
            squares += value * value
            change += value * entry[1]
            sustain += value * entry[2]
    if not squares:
        return 0.0, 0.0
    norm = math.sqrt(squares)
    return change / norm, sustain / norm


def softmax(scores: Sequence[float]) -> Probabilities:
    """Return probabilities, each above 0."""
    maximum = max(scores)
    exponentials = [math.exp(value - maximum) for value in scores]
    total = sum(exponentials)
    neutral, change, sustain = (max(value / total, 1e-9) for value in exponentials)
    return neutral, change, sustain
