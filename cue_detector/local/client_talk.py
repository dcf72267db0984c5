"""Scores client talk as change, neutral or sustain with a small linear model, in plain Python.

The coefficients come from `python -m tools.training.train_client_talk` (ADR 0022): two logistic regressions, one
on signals and one on TF-IDF of word-class patterns, both with the same numbers, averaged into one linear
score. A line's score is then moved a little towards its neighbours', because talk comes in stretches.
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

_REACH_LIMIT = 12
"""Neighbours further away than this weigh nothing."""

Probabilities = tuple[float, float, float]
"""Neutral, change, sustain; they add up to 1."""


class ClientTalk(NamedTuple):
    """What the model says of one client utterance."""

    label: Literal["change", "neutral", "sustain"]
    """The best label after correction for how rare change and sustain talk are; no threshold."""
    p_change: float
    """0-1, 4 decimals."""
    p_sustain: float
    """0-1, 4 decimals."""


@dataclass(frozen=True, slots=True)
class Model:
    """The coefficients: each weight is (change, sustain), relative to neutral."""

    version: str
    prior: Probabilities
    prior_power: float
    """How far the label corrects for rare classes: 0 not at all, 1 fully."""
    neighbour_weight: float
    context_window: float
    intercept: tuple[float, float]
    signals: Mapping[str, tuple[float, float]]
    grams: Mapping[str, tuple[float, float, float]]
    """Inverse document frequency, then the two weights."""
    pairs: Mapping[str, tuple[float, float, float]]
    numbers: Sequence[tuple[float, float, float, float]]
    """Mean, standard deviation, then the two weights."""

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Model":
        """Return a model as read from its file; raises KeyError when a part is missing."""
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
    """Return the packaged model."""
    text = files("cue_detector.local").joinpath(MODEL_FILE).read_text(encoding="utf-8")
    return Model.from_dict(json.loads(text))


def predict_client_talk(utterances: Sequence[InputUtterance], model: Model | None = None) -> list[ClientTalk]:
    """Return one answer per client utterance of ONE session, in the order given; coach utterances have none.

    The utterances must be in spoken order, since place and neighbours count.
    """
    model = model or load_model()
    alone = [line_probabilities(line, model) for line in client_lines(utterances)]
    return [decide(p, model) for p in with_neighbours(alone, model)]


def client_lines(utterances: Sequence[InputUtterance]) -> list[ClientLine]:
    """Return what the model reads of each client utterance of one session, in the order given."""
    clients = [each for each in utterances if each.role == "client"]
    lines = []
    for each, place in zip(clients, positions([each.start_seconds for each in clients]), strict=True):
        before = each.context[-1] if each.context else None
        is_coach = before is not None and before.speaker.strip().lower() == "coach"
        lines.append(
            ClientLine(
                text=each.text,
                coach_text=before.text if before is not None and is_coach else "",
                position=place,
            )
        )
    return lines


def positions(starts: Sequence[float]) -> list[float]:
    """Return where in its session each client utterance starts: 0 at the beginning, 1 at the client's last.

    Measured by the client's utterances alone: the detector does not read all that a coach said.
    """
    last = max(starts, default=0.0)
    return [start / last if last > 0 else 0.0 for start in starts]


def line_probabilities(line: ClientLine, model: Model | None = None) -> Probabilities:
    """Return the probabilities of one line by itself, without its neighbours."""
    model = model or load_model()
    return softmax(logits(extract(line), model))


def with_neighbours(alone: Sequence[Probabilities], model: Model) -> list[Probabilities]:
    """Return each line's probabilities moved towards those of the lines around it.

    Evidence is the log ratio to the prior; a neighbour k lines away weighs exp(-k / reach).
    """
    evidence = [[math.log(p / q) for p, q in zip(each, model.prior, strict=True)] for each in alone]
    moved = []
    for here, own in enumerate(evidence):
        first = max(0, here - _REACH_LIMIT)
        around = [
            (math.exp(-abs(there - here) / model.context_window), evidence[there])
            for there in range(first, min(len(evidence), here + _REACH_LIMIT + 1))
            if there != here
        ]
        total = sum(weight for weight, _ in around)
        share = model.neighbour_weight / total if total else 0.0
        scores = [
            value + share * sum(weight * other[label] for weight, other in around) + math.log(prior)
            for label, (value, prior) in enumerate(zip(own, model.prior, strict=True))
        ]
        moved.append(softmax(scores))
    return moved


def decide(probabilities: Probabilities, model: Model) -> ClientTalk:
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
        added = _tf_idf(counts, table)
        change += added[0]
        sustain += added[1]
    for value, (mean, deviation, to_change, to_sustain) in zip(features.numbers, model.numbers, strict=True):
        scaled = (value - mean) / deviation
        change += scaled * to_change
        sustain += scaled * to_sustain
    return [0.0, change, sustain]


def _tf_idf(counts: Counter[str], table: Mapping[str, tuple[float, float, float]]) -> tuple[float, float]:
    change = sustain = squares = 0.0
    for name, count in counts.items():
        known = table.get(name)
        if known:
            value = (1 + math.log(count)) * known[0]
            squares += value * value
            change += value * known[1]
            sustain += value * known[2]
    if not squares:
        return 0.0, 0.0
    length = math.sqrt(squares)
    return change / length, sustain / length


def softmax(scores: Sequence[float]) -> Probabilities:
    """Return probabilities that add up to 1, none of them 0."""
    highest = max(scores)
    shares = [math.exp(value - highest) for value in scores]
    total = sum(shares)
    neutral, change, sustain = (max(share / total, 1e-9) for share in shares)
    return neutral, change, sustain
