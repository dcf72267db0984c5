"""Training and cross-validation of the client talk model; a fold never splits a dialogue.

Requires scikit-learn (development dependency group). The evaluation runs the production code with the
exported coefficients instead of scikit-learn's prediction.
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
    smooth,
    softmax,
)
from cue_detector.local.features import ClientLine, Features, extract
from tools.evaluation.annomi import ClientTurn

VERSION = "client-talk-1"
FOLDS = 10

# Selected on the folds of the evaluation, in coarse steps; docs/evaluation.md shows the sensitivity.
PRIOR_POWER = 0.7
NEIGHBOUR_WEIGHT = 0.4
CONTEXT_WINDOW = 1.5
_INVERSE_REGULARIZATION = 1.0
_SIGNAL_SCALE = 0.3
_PATTERN_SCALE = 0.7
NUMERIC_SCALE = 0.1
_MIN_SIGNAL_COUNT = 5
_MIN_PATTERN_COUNT = 3
_DECIMALS = 4
_MIN_DEVIATION = 0.001


@dataclass(frozen=True, slots=True)
class TrainedFold:
    """Indices of the training and test utterances of a fold, and the model trained on the former."""

    training: list[int]
    test: list[int]
    model: Model


def lines_of(turns: Sequence[ClientTurn]) -> list[ClientLine]:
    """Return the model input of each utterance."""
    return [
        ClientLine(
            text=turn.text,
            coach_text=turn.context[-1][1] if turn.context and turn.context[-1][0] == "coach" else "",
            position=turn.position,
        )
        for turn in turns
    ]


def train(features: Sequence[Features], labels: Sequence[str]) -> dict[str, Any]:
    """Train a model and return it in the format of its file."""
    target = np.array([LABELS.index(label) for label in labels])
    numbers = np.array([each.numbers for each in features])
    mean, deviation = numbers.mean(axis=0), numbers.std(axis=0)
    # avoids division by zero for a constant feature
    deviation = np.where(deviation < _MIN_DEVIATION, 1.0, deviation)
    scaled = sparse.csr_matrix((numbers - mean) / deviation * NUMERIC_SCALE)

    signal_names = _frequent([dict.fromkeys(each.signals, 1) for each in features], _MIN_SIGNAL_COUNT)
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
    number_weights = (first_weights[len(signal_names) :] + second_weights[ends[1] :]) * NUMERIC_SCALE
    counts = np.bincount(target, minlength=len(LABELS))
    return {
        "version": VERSION,
        "prior": round_coefficients(counts / counts.sum()),
        "prior_power": PRIOR_POWER,
        "neighbour_weight": NEIGHBOUR_WEIGHT,
        "neighbour_reach": CONTEXT_WINDOW,
        "intercept": round_coefficients(intercept),
        "signals": _table(signal_names, first_weights[: len(signal_names)] * _SIGNAL_SCALE),
        "grams": _table(gram_idf, second_weights[: ends[0]] * _PATTERN_SCALE),
        "pairs": _table(pair_idf, second_weights[ends[0] : ends[1]] * _PATTERN_SCALE),
        "numbers": [
            round_coefficients([*pair, *weights])
            for *pair, weights in zip(mean, deviation, number_weights, strict=True)
        ],
    }


def cross_validated(turns: Sequence[ClientTurn], groups: Sequence[str], seed: int = 0) -> list[Probabilities]:
    """Return out-of-fold probabilities; a fold never splits a group.

    `groups` contains the group of each utterance: its dialogue, or a stricter unit.
    """
    features = [extract(line) for line in lines_of(turns)]
    probabilities: dict[int, Probabilities] = {}
    for fold in trained_folds(turns, features, groups, seed):
        probabilities |= smoothed(turns, {i: logits(features[i], fold.model) for i in fold.test}, fold.model)
    return [probabilities[index] for index in range(len(turns))]


def trained_folds(
    turns: Sequence[ClientTurn],
    features: Sequence[Features],
    groups: Sequence[str],
    seed: int,
    count: int = FOLDS,
) -> Iterator[TrainedFold]:
    """Yield each fold with the default model trained on the other folds."""
    for fold in folds(groups, seed, count):
        training = [index for index, group in enumerate(groups) if group not in fold]
        test = [index for index, group in enumerate(groups) if group in fold]
        raw = train([features[index] for index in training], [turns[index].label for index in training])
        yield TrainedFold(training, test, Model.from_dict(raw))


def smoothed(
    turns: Sequence[ClientTurn], scores: Mapping[int, Sequence[float]], model: Model
) -> dict[int, Probabilities]:
    """Return the smoothed probabilities of scores by index in `turns`."""
    probabilities: dict[int, Probabilities] = {}
    for dialogue in dict.fromkeys(turns[index].dialogue for index in scores):
        members = [index for index in scores if turns[index].dialogue == dialogue]
        unsmoothed = [softmax(scores[index]) for index in members]
        probabilities.update(zip(members, smooth(unsmoothed, model), strict=True))
    return probabilities


def folds(groups: Sequence[str], seed: int, count: int = FOLDS) -> list[set[str]]:
    """Return the groups of each fold; the folds have similar numbers of utterances."""
    sizes = Counter(groups)
    names = sorted(sizes)
    random.Random(seed).shuffle(names)  # noqa: S311 - not security relevant
    assigned: list[set[str]] = [set() for _ in range(min(count, len(names)))]
    totals = [0] * len(assigned)
    for name in names:
        smallest = totals.index(min(totals))
        assigned[smallest].add(name)
        totals[smallest] += sizes[name]
    return assigned


def _fit(matrix: sparse.spmatrix, target: Any) -> LogisticRegression:
    return LogisticRegression(C=_INVERSE_REGULARIZATION, max_iter=300).fit(matrix.tocsr(), target)


def relative(rows: Any) -> Any:
    """Return an array (features, 2): weights of change and sustain relative to neutral."""
    return (rows[1:] - rows[0]).T


def _frequent(documents: Sequence[Mapping[str, float]], min_count: int) -> dict[str, int]:
    counts = Counter(name for document in documents for name in document)
    return {name: counts[name] for name in sorted(counts) if counts[name] >= min_count}


def _inverse_frequencies(documents: Sequence[Mapping[str, float]]) -> dict[str, float]:
    frequent = _frequent(documents, _MIN_PATTERN_COUNT)
    return {name: math.log((1 + len(documents)) / (1 + count)) + 1 for name, count in frequent.items()}


def _tf_idf(counts: Counter[str], idf: Mapping[str, float]) -> dict[str, float]:
    values = {name: (1 + math.log(count)) * idf[name] for name, count in counts.items() if name in idf}
    norm = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {name: value / norm for name, value in values.items()}


def _matrix(documents: Sequence[Mapping[str, float]], names: Mapping[str, float]) -> sparse.csr_matrix:
    column_by_name = {name: column for column, name in enumerate(names)}
    rows, columns, values = [], [], []
    for row, document in enumerate(documents):
        for name, value in document.items():
            if name in column_by_name:
                rows.append(row)
                columns.append(column_by_name[name])
                values.append(value)
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(documents), len(column_by_name)))


def _table(names: Mapping[str, float], weights: Any) -> dict[str, list[float]]:
    with_idf = any(isinstance(value, float) for value in names.values())
    return {
        name: round_coefficients([value, *row] if with_idf else row)
        for (name, value), row in zip(names.items(), weights, strict=True)
    }


def round_coefficients(values: Any) -> list[float]:
    """Return coefficients with the precision of the model file."""
    return [round(float(value), _DECIMALS) for value in values]
