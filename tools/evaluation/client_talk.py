"""Trains the client talk model, and measures it by cross-validation that never splits a dialogue.

Needs scikit-learn (development group). What is measured is the run-time code with the coefficients as
exported, not the library's own prediction.
"""

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from cue_detector.local.client_talk import (
    LABELS,
    Model,
    Probabilities,
    logits,
    softmax,
    with_neighbours,
)
from cue_detector.local.features import ClientLine, Features, extract
from tools.evaluation.annomi import ClientTurn

VERSION = "client-talk-1"
FOLDS = 10

# Chosen once on the same folds with coarse steps; tools.evaluation.report shows how flat the choice is.
PRIOR_POWER = 0.7
NEIGHBOUR_WEIGHT = 0.4
NEIGHBOUR_REACH = 1.5
_STRENGTH = 1.0
_SIGNAL_SCALE = 0.3
_PATTERN_SCALE = 0.7
NUMBER_SCALE = 0.1
_MIN_SIGNALS = 5
_MIN_PATTERNS = 3
_DECIMALS = 4
_MIN_DEVIATION = 0.001


@dataclass(frozen=True, slots=True)
class Trained:
    """A fold: a model that has not seen the utterances outside."""

    inside: list[int]
    outside: list[int]
    model: Model


def lines_of(turns: Sequence[ClientTurn]) -> list[ClientLine]:
    """Return what the model reads of each utterance."""
    return [
        ClientLine(
            text=turn.text,
            coach_text=turn.context[-1][1] if turn.context and turn.context[-1][0] == "coach" else "",
            position=turn.position,
        )
        for turn in turns
    ]


def train(features: Sequence[Features], labels: Sequence[str]) -> dict[str, Any]:
    """Return a model as it is written to its file, fitted to these utterances."""
    target = np.array([LABELS.index(label) for label in labels])
    numbers = np.array([each.numbers for each in features])
    mean, deviation = numbers.mean(axis=0), numbers.std(axis=0)
    # A number that never varies says nothing; 1 keeps it from being divided by zero.
    deviation = np.where(deviation < _MIN_DEVIATION, 1.0, deviation)
    scaled = sparse.csr_matrix((numbers - mean) / deviation * NUMBER_SCALE)

    signal_names = _frequent([dict.fromkeys(each.signals, 1) for each in features], _MIN_SIGNALS)
    signals = _matrix([dict.fromkeys(each.signals, 1.0) for each in features], signal_names)
    gram_idf = _inverse_frequencies([each.grams for each in features])
    pair_idf = _inverse_frequencies([each.pairs for each in features])
    grams = _matrix([_tf_idf(each.grams, gram_idf) for each in features], gram_idf)
    pairs = _matrix([_tf_idf(each.pairs, pair_idf) for each in features], pair_idf)

    first = _fit(sparse.hstack([signals * _SIGNAL_SCALE, scaled]), target)
    second = _fit(sparse.hstack([grams * _PATTERN_SCALE, pairs * _PATTERN_SCALE, scaled]), target)
    first_weights, second_weights = relative(first.coef_) / 2, relative(second.coef_) / 2
    intercept = (relative(first.intercept_[:, None]) + relative(second.intercept_[:, None]))[0] / 2
    ends = np.cumsum([len(gram_idf), len(pair_idf)])
    number_weights = (first_weights[len(signal_names) :] + second_weights[ends[1] :]) * NUMBER_SCALE
    counts = np.bincount(target, minlength=len(LABELS))
    return {
        "version": VERSION,
        "prior": rounded(counts / counts.sum()),
        "prior_power": PRIOR_POWER,
        "neighbour_weight": NEIGHBOUR_WEIGHT,
        "neighbour_reach": NEIGHBOUR_REACH,
        "intercept": rounded(intercept),
        "signals": _table(signal_names, first_weights[: len(signal_names)] * _SIGNAL_SCALE),
        "grams": _table(gram_idf, second_weights[: ends[0]] * _PATTERN_SCALE),
        "pairs": _table(pair_idf, second_weights[ends[0] : ends[1]] * _PATTERN_SCALE),
        "numbers": [
            rounded([*pair, *weights]) for *pair, weights in zip(mean, deviation, number_weights, strict=True)
        ],
    }


def cross_validated(turns: Sequence[ClientTurn], groups: Sequence[str], seed: int = 0) -> list[Probabilities]:
    """Return out-of-fold probabilities; utterances of one group are never on both sides.

    `groups` names each utterance's group: its dialogue, or a stricter unit. Neighbours are of one dialogue.
    """
    features = [extract(line) for line in lines_of(turns)]
    found: dict[int, Probabilities] = {}
    for fold in trained_folds(turns, features, groups, seed):
        found |= smoothed(turns, {i: logits(features[i], fold.model) for i in fold.outside}, fold.model)
    return [found[index] for index in range(len(turns))]


def trained_folds(
    turns: Sequence[ClientTurn],
    features: Sequence[Features],
    groups: Sequence[str],
    seed: int,
    count: int = FOLDS,
) -> Iterator[Trained]:
    """Yield each fold with the default model trained on the others."""
    for fold in folds(groups, seed, count):
        inside = [index for index, group in enumerate(groups) if group not in fold]
        outside = [index for index, group in enumerate(groups) if group in fold]
        raw = train([features[index] for index in inside], [turns[index].label for index in inside])
        yield Trained(inside, outside, Model.from_dict(raw))


def smoothed(
    turns: Sequence[ClientTurn], scores: Mapping[int, Sequence[float]], model: Model
) -> dict[int, Probabilities]:
    """Return the probabilities of these scores (by position in `turns`) after a look at their neighbours."""
    found: dict[int, Probabilities] = {}
    for dialogue in dict.fromkeys(turns[index].dialogue for index in scores):
        members = [index for index in scores if turns[index].dialogue == dialogue]
        alone = [softmax(scores[index]) for index in members]
        found.update(zip(members, with_neighbours(alone, model), strict=True))
    return found


def folds(groups: Sequence[str], seed: int, count: int = FOLDS) -> list[set[str]]:
    """Return the groups dealt into folds of about the same number of utterances."""
    sizes = Counter(groups)
    names = sorted(sizes)
    random.Random(seed).shuffle(names)  # noqa: S311 - no secret
    dealt: list[set[str]] = [set() for _ in range(min(count, len(names)))]
    totals = [0] * len(dealt)
    for name in names:
        smallest = totals.index(min(totals))
        dealt[smallest].add(name)
        totals[smallest] += sizes[name]
    return dealt


def _fit(matrix: sparse.spmatrix, target: Any) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=300).fit(matrix.tocsr(), target)


def relative(rows: Any) -> Any:
    """Return (features, 2): the weights of change and sustain relative to neutral."""
    return (rows[1:] - rows[0]).T


def _frequent(documents: Sequence[Mapping[str, float]], least: int) -> dict[str, int]:
    counts = Counter(name for document in documents for name in document)
    return {name: counts[name] for name in sorted(counts) if counts[name] >= least}


def _inverse_frequencies(documents: Sequence[Mapping[str, float]]) -> dict[str, float]:
    frequent = _frequent(documents, _MIN_PATTERNS)
    return {name: math.log((1 + len(documents)) / (1 + count)) + 1 for name, count in frequent.items()}


def _tf_idf(counts: Counter[str], idf: Mapping[str, float]) -> dict[str, float]:
    values = {name: (1 + math.log(count)) * idf[name] for name, count in counts.items() if name in idf}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {name: value / length for name, value in values.items()}


def _matrix(documents: Sequence[Mapping[str, float]], names: Mapping[str, float]) -> sparse.csr_matrix:
    places = {name: place for place, name in enumerate(names)}
    rows, columns, values = [], [], []
    for row, document in enumerate(documents):
        for name, value in document.items():
            if name in places:
                rows.append(row)
                columns.append(places[name])
                values.append(value)
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(documents), len(places)))


def _table(names: Mapping[str, float], weights: Any) -> dict[str, list[float]]:
    with_idf = any(isinstance(value, float) for value in names.values())
    return {
        name: rounded([value, *row] if with_idf else row)
        for (name, value), row in zip(names.items(), weights, strict=True)
    }


def rounded(values: Any) -> list[float]:
    """Return coefficients as they are written to a file."""
    return [round(float(value), _DECIMALS) for value in values]
