"""Trains the head of the extra `embeddings`, and measures it by the same folds as the default model."""

from collections.abc import Mapping, Sequence
from typing import Any

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
from evaluation.annomi import ClientTurn
from evaluation.client_talk import (
    FOLDS,
    NUMBER_SCALE,
    Trained,
    lines_of,
    relative,
    rounded,
    smoothed,
    trained_folds,
)
from evaluation.measures import macro_f1

VERSION = "client-talk-embeddings-2"

# Chosen on the folds, in coarse steps; `nested` shows what the choice of the share is worth.
SHARE = 0.45
SHARES = (1 / 3, SHARE, 0.6)
_STRENGTH = 0.35
_INNER_FOLDS = 4
_SCALES: Mapping[str, float] = {
    "text": 1.5, "coach_before": 0.8, "client_before": 0.5, "client_two_before": 0.3, "coach_after": 0.5,
}  # fmt: skip

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
    features: Sequence[Features], vectors: Array, labels: Sequence[str], base: Model
) -> dict[str, Any]:
    """Return the weights of the head as written to its file, fitted to these utterances."""
    target = np.array([LABELS.index(label) for label in labels])
    scale = np.array(base.numbers)
    numbers = (np.array([each.numbers for each in features]) - scale[:, 0]) / scale[:, 1] * NUMBER_SCALE
    scales = np.repeat([_SCALES[place] for place in PLACES], DIMENSIONS)
    inputs = np.hstack([vectors.reshape(len(vectors), -1) * scales, numbers])
    fitted = LogisticRegression(C=_STRENGTH, max_iter=300).fit(inputs, target)
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
    return _for_shares(turns, groups, vectors, seed, shares=(SHARE,), count=FOLDS)[SHARE]


def nested(
    turns: Sequence[ClientTurn], groups: Sequence[str], vectors: Array, seed: int = 0
) -> tuple[list[Probabilities], list[float]]:
    """Return out-of-fold probabilities where each fold's share was chosen without that fold, and the shares.

    The choice is made by cross-validation within the other folds, so nothing of it has seen what it is
    measured on.
    """
    features = [extract(line) for line in lines_of(turns)]
    found: dict[int, Probabilities] = {}
    chosen = []
    for fold in trained_folds(turns, features, groups, seed):
        inside = [turns[i] for i in fold.inside]
        names = [groups[i] for i in fold.inside]
        tried = _for_shares(inside, names, vectors[fold.inside], seed, shares=SHARES, count=_INNER_FOLDS)
        gold = [turn.label for turn in inside]
        best = max(SHARES, key=lambda share: _f1(gold, tried[share], fold.model))
        chosen.append(best)
        found |= smoothed(turns, _blended(turns, features, vectors, fold, (best,))[best], fold.model)
    return [found[index] for index in range(len(turns))], chosen


def _for_shares(
    turns: Sequence[ClientTurn],
    groups: Sequence[str],
    vectors: Array,
    seed: int,
    *,
    shares: Sequence[float],
    count: int,
) -> dict[float, list[Probabilities]]:
    features = [extract(line) for line in lines_of(turns)]
    found: dict[float, dict[int, Probabilities]] = {share: {} for share in shares}
    for fold in trained_folds(turns, features, groups, seed, count):
        for share, scores in _blended(turns, features, vectors, fold, shares).items():
            found[share] |= smoothed(turns, scores, fold.model)
    return {share: [each[index] for index in range(len(turns))] for share, each in found.items()}


def _blended(
    turns: Sequence[ClientTurn],
    features: Sequence[Features],
    vectors: Array,
    fold: Trained,
    shares: Sequence[float],
) -> dict[float, Scores]:
    """Return the scores of the utterances outside for each share, by a head trained on those inside."""
    model = fold.model
    labels = [turns[i].label for i in fold.inside]
    head = Head.from_dict(train_head([features[i] for i in fold.inside], vectors[fold.inside], labels, model))
    own = {i: logits(features[i], model) for i in fold.outside}
    added = {i: head_logits(features[i], vectors[i], head, model) for i in fold.outside}
    return {share: {i: blend(own[i], added[i], share) for i in fold.outside} for share in shares}


def _f1(gold: Sequence[str], scores: Sequence[Probabilities], model: Model) -> float:
    return macro_f1(gold, [decide(score, model).label for score in scores], LABELS)
