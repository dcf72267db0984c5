"""Training and cross-validation of the embedding head, on the folds of the default model."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from cue_detector.local.client_talk import LABELS, Model, Probabilities, classify, logits
from cue_detector.local.client_talk_embeddings import (
    TEXT_SLOTS,
    Head,
    SlotTexts,
    blend,
    embed,
    head_logits,
)
from cue_detector.local.embeddings import DIMENSIONS, Array, SentenceEncoder
from cue_detector.local.features import Features, extract
from tools.evaluation.annomi import ClientTurn
from tools.evaluation.client_talk import (
    FOLDS,
    NUMERIC_SCALE,
    TrainedFold,
    lines_of,
    relative,
    round_coefficients,
    smoothed,
    trained_folds,
)
from tools.evaluation.measures import macro_f1

VERSION = "client-talk-embeddings-2"


class Hyperparameters(NamedTuple):
    """Hyperparameters of the head."""

    inputs: str
    """Key of INPUTS."""
    blend_weight: float


# Selected on the folds of the evaluation; `nested` estimates the resulting optimism.
BLEND_WEIGHT = 0.45
INPUTS: Mapping[str, Mapping[str, float]] = {
    "all five": {
        "text": 1.5,
        "coach_before": 0.8,
        "client_before": 0.5,
        "client_two_before": 0.3,
        "coach_after": 0.5,
    },
    "two": {
        "text": 1.5,
        "coach_before": 0.8,
        "client_before": 0.0,
        "client_two_before": 0.0,
        "coach_after": 0.0,
    },
}
"""Scale of each text slot; 0 omits it."""
SHIPPED = Hyperparameters("all five", BLEND_WEIGHT)
CANDIDATES = tuple(
    Hyperparameters(inputs, weight) for inputs in INPUTS for weight in (1 / 3, BLEND_WEIGHT, 0.6)
)
_INVERSE_REGULARIZATION = 0.35
_INNER_FOLDS = 4

Scores = dict[int, Sequence[float]]


def vectors_of(turns: Sequence[ClientTurn], encoder: SentenceEncoder) -> Array:
    """Return the embeddings of each utterance and its context, an array (utterances, slots, 384)."""
    lines: list[SlotTexts] = []
    previous: dict[str, tuple[str, str]] = {}
    for turn, line in zip(turns, lines_of(turns), strict=True):
        before = previous.get(turn.dialogue, ("", ""))
        lines.append((turn.text, line.coach_text, *before, turn.coach_after))
        previous[turn.dialogue] = (turn.text, before[0])
    return embed(lines, encoder)


def train_head(
    features: Sequence[Features],
    vectors: Array,
    labels: Sequence[str],
    base: Model,
    inputs: str = SHIPPED.inputs,
) -> dict[str, Any]:
    """Train the head and return it in the format of its file."""
    target = np.array([LABELS.index(label) for label in labels])
    scale = np.array(base.numbers)
    numbers = (np.array([each.numbers for each in features]) - scale[:, 0]) / scale[:, 1] * NUMERIC_SCALE
    scales = np.repeat([INPUTS[inputs][slot] for slot in TEXT_SLOTS], DIMENSIONS)
    matrix = np.hstack([vectors.reshape(len(vectors), -1) * scales, numbers])
    fitted = LogisticRegression(C=_INVERSE_REGULARIZATION, max_iter=300).fit(matrix, target)
    weights = relative(fitted.coef_).T
    slots = np.split(weights[:, : scales.size] * scales, len(TEXT_SLOTS), axis=1)
    return {
        "version": VERSION,
        "share": BLEND_WEIGHT,
        "intercept": round_coefficients(relative(fitted.intercept_[:, None])[0]),
        **{
            name: [round_coefficients(row) for row in rows]
            for name, rows in zip(TEXT_SLOTS, slots, strict=True)
        },
        "numbers": [round_coefficients(row) for row in weights[:, scales.size :] * NUMERIC_SCALE],
    }


def cross_validated(
    turns: Sequence[ClientTurn], groups: Sequence[str], vectors: Array, seed: int = 0
) -> list[Probabilities]:
    """Return out-of-fold probabilities with the head; see client_talk.cross_validated."""
    return _probabilities_by_candidate(turns, groups, vectors, seed, candidates=(SHIPPED,), count=FOLDS)[
        SHIPPED
    ]


def nested(
    turns: Sequence[ClientTurn], groups: Sequence[str], vectors: Array, seed: int = 0
) -> tuple[list[Probabilities], list[Hyperparameters]]:
    """Return out-of-fold probabilities of nested cross-validation, and the hyperparameters of each fold.

    The hyperparameters of a fold are selected by cross-validation within the other folds.
    """
    features = [extract(line) for line in lines_of(turns)]
    probabilities: dict[int, Probabilities] = {}
    selected = []
    for fold in trained_folds(turns, features, groups, seed):
        training = [turns[i] for i in fold.training]
        by_candidate = _probabilities_by_candidate(
            training,
            [groups[i] for i in fold.training],
            vectors[fold.training],
            seed,
            candidates=CANDIDATES,
            count=_INNER_FOLDS,
        )
        gold = [turn.label for turn in training]
        best = max(CANDIDATES, key=lambda candidate: _f1(gold, by_candidate[candidate], fold.model))
        selected.append(best)
        scores = _blended_scores(turns, features, vectors, fold, (best,))[best]
        probabilities |= smoothed(turns, scores, fold.model)
    return [probabilities[index] for index in range(len(turns))], selected


def _probabilities_by_candidate(
    turns: Sequence[ClientTurn],
    groups: Sequence[str],
    vectors: Array,
    seed: int,
    *,
    candidates: Sequence[Hyperparameters],
    count: int,
) -> dict[Hyperparameters, list[Probabilities]]:
    features = [extract(line) for line in lines_of(turns)]
    by_candidate: dict[Hyperparameters, dict[int, Probabilities]] = {each: {} for each in candidates}
    for fold in trained_folds(turns, features, groups, seed, count):
        for candidate, scores in _blended_scores(turns, features, vectors, fold, candidates).items():
            by_candidate[candidate] |= smoothed(turns, scores, fold.model)
    return {
        candidate: [by_index[index] for index in range(len(turns))]
        for candidate, by_index in by_candidate.items()
    }


def _blended_scores(
    turns: Sequence[ClientTurn],
    features: Sequence[Features],
    vectors: Array,
    fold: TrainedFold,
    candidates: Sequence[Hyperparameters],
) -> dict[Hyperparameters, Scores]:
    """Return the blended scores of the test utterances for each candidate."""
    model = fold.model
    labels = [turns[i].label for i in fold.training]
    training = [features[i] for i in fold.training]
    default_scores = {i: logits(features[i], model) for i in fold.test}
    head_scores: dict[str, Scores] = {}
    for inputs in dict.fromkeys(candidate.inputs for candidate in candidates):
        head = Head.from_dict(train_head(training, vectors[fold.training], labels, model, inputs))
        head_scores[inputs] = {i: head_logits(features[i], vectors[i], head, model) for i in fold.test}
    return {
        candidate: {
            i: blend(default_scores[i], head_scores[candidate.inputs][i], candidate.blend_weight)
            for i in fold.test
        }
        for candidate in candidates
    }


def _f1(gold: Sequence[str], scores: Sequence[Probabilities], model: Model) -> float:
    return macro_f1(gold, [classify(score, model).label for score in scores], LABELS)
