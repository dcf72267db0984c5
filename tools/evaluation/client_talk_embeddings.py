"""Trains the head of the extra `embeddings`, and measures it by the same folds as the default model."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from cue_detector.local.client_talk import LABELS, Model, Probabilities, decide, logits
from cue_detector.local.client_talk_embeddings import (
    PLACES,
    Head,
    Surroundings,
    blend,
    embed,
    head_logits,
)
from cue_detector.local.embeddings import DIMENSIONS, Array, SentenceEncoder
from cue_detector.local.features import Features, extract
from tools.evaluation.annomi import ClientTurn
from tools.evaluation.client_talk import (
    FOLDS,
    NUMBER_SCALE,
    Trained,
    lines_of,
    relative,
    rounded,
    smoothed,
    trained_folds,
)
from tools.evaluation.measures import macro_f1

VERSION = "client-talk-embeddings-2"


class Choice(NamedTuple):
    """What can be chosen about the head."""

    inputs: str
    """A name in INPUTS."""
    share: float
    """Weight of the head in the blend."""


# Chosen by hand on the report's folds; `nested` shows what choosing inputs and share there is worth.
SHARE = 0.45
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
"""How strongly each place counts; 0 leaves it out."""
SHIPPED = Choice("all five", SHARE)
CHOICES = tuple(Choice(inputs, share) for inputs in INPUTS for share in (1 / 3, SHARE, 0.6))
_STRENGTH = 0.35
_INNER_FOLDS = 4

Scores = dict[int, Sequence[float]]


def vectors_of(turns: Sequence[ClientTurn], encoder: SentenceEncoder) -> Array:
    """Return the embeddings of each utterance and of what is said around it: (utterances, places, 384)."""
    lines: list[Surroundings] = []
    said: dict[str, tuple[str, str]] = {}
    for turn, line in zip(turns, lines_of(turns), strict=True):
        before = said.get(turn.dialogue, ("", ""))
        lines.append((turn.text, line.coach_text, *before, turn.coach_after))
        said[turn.dialogue] = (turn.text, before[0])
    return embed(lines, encoder)


def train_head(
    features: Sequence[Features],
    vectors: Array,
    labels: Sequence[str],
    base: Model,
    inputs: str = SHIPPED.inputs,
) -> dict[str, Any]:
    """Return the weights of the head as written to its file, fitted to these utterances."""
    target = np.array([LABELS.index(label) for label in labels])
    scale = np.array(base.numbers)
    numbers = (np.array([each.numbers for each in features]) - scale[:, 0]) / scale[:, 1] * NUMBER_SCALE
    scales = np.repeat([INPUTS[inputs][place] for place in PLACES], DIMENSIONS)
    matrix = np.hstack([vectors.reshape(len(vectors), -1) * scales, numbers])
    fitted = LogisticRegression(C=_STRENGTH, max_iter=300).fit(matrix, target)
    weights = relative(fitted.coef_).T
    places = np.split(weights[:, : scales.size] * scales, len(PLACES), axis=1)
    return {
        "version": VERSION,
        "share": SHARE,
        "intercept": rounded(relative(fitted.intercept_[:, None])[0]),
        **{name: [rounded(row) for row in rows] for name, rows in zip(PLACES, places, strict=True)},
        "numbers": [rounded(row) for row in weights[:, scales.size :] * NUMBER_SCALE],
    }


def cross_validated(
    turns: Sequence[ClientTurn], groups: Sequence[str], vectors: Array, seed: int = 0
) -> list[Probabilities]:
    """Return out-of-fold probabilities with the head; see client_talk.cross_validated."""
    return _for_choices(turns, groups, vectors, seed, choices=(SHIPPED,), count=FOLDS)[SHIPPED]


def nested(
    turns: Sequence[ClientTurn], groups: Sequence[str], vectors: Array, seed: int = 0
) -> tuple[list[Probabilities], list[Choice]]:
    """Return out-of-fold probabilities where inputs and share were chosen without that fold, and the choices.

    The choice is made by cross-validation within the other folds, so nothing of it has seen what it is
    measured on.
    """
    features = [extract(line) for line in lines_of(turns)]
    found: dict[int, Probabilities] = {}
    chosen = []
    for fold in trained_folds(turns, features, groups, seed):
        inside = [turns[i] for i in fold.inside]
        names = [groups[i] for i in fold.inside]
        tried = _for_choices(inside, names, vectors[fold.inside], seed, choices=CHOICES, count=_INNER_FOLDS)
        gold = [turn.label for turn in inside]
        best = max(CHOICES, key=lambda choice: _f1(gold, tried[choice], fold.model))
        chosen.append(best)
        found |= smoothed(turns, _blended(turns, features, vectors, fold, (best,))[best], fold.model)
    return [found[index] for index in range(len(turns))], chosen


def _for_choices(
    turns: Sequence[ClientTurn],
    groups: Sequence[str],
    vectors: Array,
    seed: int,
    *,
    choices: Sequence[Choice],
    count: int,
) -> dict[Choice, list[Probabilities]]:
    features = [extract(line) for line in lines_of(turns)]
    found: dict[Choice, dict[int, Probabilities]] = {choice: {} for choice in choices}
    for fold in trained_folds(turns, features, groups, seed, count):
        for choice, scores in _blended(turns, features, vectors, fold, choices).items():
            found[choice] |= smoothed(turns, scores, fold.model)
    return {choice: [each[index] for index in range(len(turns))] for choice, each in found.items()}


def _blended(
    turns: Sequence[ClientTurn],
    features: Sequence[Features],
    vectors: Array,
    fold: Trained,
    choices: Sequence[Choice],
) -> dict[Choice, Scores]:
    """Return the scores of the utterances outside for each choice, by heads trained on those inside."""
    model = fold.model
    labels = [turns[i].label for i in fold.inside]
    inside = [features[i] for i in fold.inside]
    own = {i: logits(features[i], model) for i in fold.outside}
    added: dict[str, Scores] = {}
    for inputs in dict.fromkeys(choice.inputs for choice in choices):
        head = Head.from_dict(train_head(inside, vectors[fold.inside], labels, model, inputs))
        added[inputs] = {i: head_logits(features[i], vectors[i], head, model) for i in fold.outside}
    return {
        choice: {i: blend(own[i], added[choice.inputs][i], choice.share) for i in fold.outside}
        for choice in choices
    }


def _f1(gold: Sequence[str], scores: Sequence[Probabilities], model: Model) -> float:
    return macro_f1(gold, [decide(score, model).label for score in scores], LABELS)
