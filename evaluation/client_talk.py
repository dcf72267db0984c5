"""Trains the client talk model, and measures it by cross-validation that never splits a dialogue.

Needs scikit-learn (development group). What is measured is the run-time code with the coefficients as
exported, not the library's own prediction.
"""

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
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
from cue_detector.local.client_talk_embeddings import Head, blend, head_logits
from cue_detector.local.embeddings import SentenceEncoder
from cue_detector.local.features import ClientLine, Features, extract
from evaluation.annomi import ClientTurn

VERSION = "client-talk-1"
HEAD_VERSION = "client-talk-embeddings-1"
FOLDS = 10

# Chosen once on the same folds with coarse steps; evaluation.report shows how flat the choice is.
PRIOR_POWER = 0.7
NEIGHBOUR_WEIGHT = 0.4
NEIGHBOUR_REACH = 1.5
_STRENGTH = 1.0
_SIGNAL_SCALE = 0.3
_PATTERN_SCALE = 0.7
_NUMBER_SCALE = 0.1
_HEAD_STRENGTH = 0.5
_TEXT_SCALE = 1.5
_COACH_SCALE = 0.8
_LEAST_SIGNALS = 5
_LEAST_PATTERNS = 3
_DECIMALS = 4
_LEAST_DEVIATION = 0.001


Vectors = tuple[Any, Any]
"""Embeddings of the utterances, and of the coach's utterances before them: arrays (utterances, 384)."""


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


def vectors_of(turns: Sequence[ClientTurn], encoder: SentenceEncoder) -> Vectors:
    """Return the embeddings of the utterances and of the coach's before them."""
    lines = lines_of(turns)
    texts = encoder.encode([line.text for line in lines])
    return texts, encoder.encode([line.coach_text for line in lines])


def train(features: Sequence[Features], labels: Sequence[str]) -> dict[str, Any]:
    """Return a model as it is written to its file, fitted to these utterances."""
    target = np.array([LABELS.index(label) for label in labels])
    numbers = np.array([each.numbers for each in features])
    mean, deviation = numbers.mean(axis=0), numbers.std(axis=0)
    # A number that never varies says nothing; 1 keeps it from being divided by zero.
    deviation = np.where(deviation < _LEAST_DEVIATION, 1.0, deviation)
    scaled = sparse.csr_matrix((numbers - mean) / deviation * _NUMBER_SCALE)

    signal_names = _frequent([dict.fromkeys(each.signals, 1) for each in features], _LEAST_SIGNALS)
    signals = _matrix([dict.fromkeys(each.signals, 1.0) for each in features], signal_names)
    gram_idf = _inverse_frequencies([each.grams for each in features])
    pair_idf = _inverse_frequencies([each.pairs for each in features])
    grams = _matrix([_tf_idf(each.grams, gram_idf) for each in features], gram_idf)
    pairs = _matrix([_tf_idf(each.pairs, pair_idf) for each in features], pair_idf)

    first = _fit(sparse.hstack([signals * _SIGNAL_SCALE, scaled]), target)
    second = _fit(sparse.hstack([grams * _PATTERN_SCALE, pairs * _PATTERN_SCALE, scaled]), target)
    first_weights, second_weights = _relative(first.coef_) / 2, _relative(second.coef_) / 2
    intercept = (_relative(first.intercept_[:, None]) + _relative(second.intercept_[:, None]))[0] / 2
    ends = np.cumsum([len(gram_idf), len(pair_idf)])
    number_weights = (first_weights[len(signal_names) :] + second_weights[ends[1] :]) * _NUMBER_SCALE
    counts = np.bincount(target, minlength=len(LABELS))
    return {
        "version": VERSION,
        "prior": _rounded(counts / counts.sum()),
        "prior_power": PRIOR_POWER,
        "neighbour_weight": NEIGHBOUR_WEIGHT,
        "neighbour_reach": NEIGHBOUR_REACH,
        "intercept": _rounded(intercept),
        "signals": _table(signal_names, first_weights[: len(signal_names)] * _SIGNAL_SCALE),
        "grams": _table(gram_idf, second_weights[: ends[0]] * _PATTERN_SCALE),
        "pairs": _table(pair_idf, second_weights[ends[0] : ends[1]] * _PATTERN_SCALE),
        "numbers": [
            _rounded([*pair, *weights])
            for *pair, weights in zip(mean, deviation, number_weights, strict=True)
        ],
    }


def train_head(
    features: Sequence[Features], vectors: Vectors, labels: Sequence[str], base: Model
) -> dict[str, Any]:
    """Return the weights of the embeddings' head as written to its file."""
    target = np.array([LABELS.index(label) for label in labels])
    numbers = np.array([each.numbers for each in features])
    scale = np.array(base.numbers)
    scaled = (numbers - scale[:, 0]) / scale[:, 1] * _NUMBER_SCALE
    inputs = np.hstack([vectors[0] * _TEXT_SCALE, vectors[1] * _COACH_SCALE, scaled])
    fitted = LogisticRegression(C=_HEAD_STRENGTH, max_iter=300).fit(inputs, target)
    weights = _relative(fitted.coef_)
    size = vectors[0].shape[1]
    return {
        "version": HEAD_VERSION,
        "intercept": _rounded(_relative(fitted.intercept_[:, None])[0]),
        "text": [_rounded(column) for column in (weights[:size] * _TEXT_SCALE).T],
        "coach": [_rounded(column) for column in (weights[size : 2 * size] * _COACH_SCALE).T],
        "numbers": [_rounded(column) for column in (weights[2 * size :] * _NUMBER_SCALE).T],
    }


def cross_validated(
    turns: Sequence[ClientTurn],
    groups: Sequence[str],
    seed: int = 0,
    vectors: Vectors | None = None,
) -> list[Probabilities]:
    """Return out-of-fold probabilities; utterances of one group are never on both sides.

    `groups` names each utterance's group: its dialogue, or a stricter unit. Neighbours are of one dialogue.
    With `vectors` (embeddings of each utterance and of the coach's before it) the extra's head takes part.
    """
    features = [extract(line) for line in lines_of(turns)]
    found: dict[int, Probabilities] = {}
    for fold in folds(groups, seed):
        inside = [index for index, group in enumerate(groups) if group not in fold]
        outside = [index for index, group in enumerate(groups) if group in fold]
        seen = [features[index] for index in inside]
        labels = [turns[index].label for index in inside]
        model = Model.from_dict(train(seen, labels))
        scores = {index: logits(features[index], model) for index in outside}
        if vectors is not None:
            kept = (vectors[0][inside], vectors[1][inside])
            head = Head.from_dict(train_head(seen, kept, labels, model))
            for index in outside:
                pair = (vectors[0][index], vectors[1][index])
                scores[index] = blend(scores[index], head_logits(features[index], pair, head, model))
        alone = {index: softmax(score) for index, score in scores.items()}
        for dialogue in dict.fromkeys(turns[index].dialogue for index in outside):
            members = [index for index in outside if turns[index].dialogue == dialogue]
            moved = with_neighbours([alone[index] for index in members], model)
            found.update(zip(members, moved, strict=True))
    return [found[index] for index in range(len(turns))]


def folds(groups: Sequence[str], seed: int) -> list[set[str]]:
    """Return the groups dealt into folds of about the same number of utterances."""
    sizes = Counter(groups)
    names = sorted(sizes)
    random.Random(seed).shuffle(names)  # noqa: S311 - no secret
    dealt: list[set[str]] = [set() for _ in range(min(FOLDS, len(names)))]
    totals = [0] * len(dealt)
    for name in names:
        smallest = totals.index(min(totals))
        dealt[smallest].add(name)
        totals[smallest] += sizes[name]
    return dealt


def _fit(matrix: sparse.spmatrix, target: Any) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=300).fit(matrix.tocsr(), target)


def _relative(rows: Any) -> Any:
    """Return (features, 2): the weights of change and sustain relative to neutral."""
    return (rows[1:] - rows[0]).T


def _frequent(documents: Sequence[Mapping[str, float]], least: int) -> dict[str, int]:
    counts = Counter(name for document in documents for name in document)
    return {name: counts[name] for name in sorted(counts) if counts[name] >= least}


def _inverse_frequencies(documents: Sequence[Mapping[str, float]]) -> dict[str, float]:
    frequent = _frequent(documents, _LEAST_PATTERNS)
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
        name: _rounded([value, *row] if with_idf else row)
        for (name, value), row in zip(names.items(), weights, strict=True)
    }


def _rounded(values: Any) -> list[float]:
    return [round(float(value), _DECIMALS) for value in values]
