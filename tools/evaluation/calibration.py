"""Measures how far each local rule can be trusted, on the hand-labelled nine-cue set (ADR 0025)."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from scipy.stats import beta  # type: ignore[import-untyped]

from cue_detector.domain import CueType
from cue_detector.local.confidence import SUPPORT, adjusted
from cue_detector.local.rules import load_rules
from tools.evaluation.client_talk import folds
from tools.evaluation.cues import Candidate, LabelledTurn

_RULE_PRIOR = 6.0
_TYPE_PRIOR = 8.0
CAUTION = 0.25
"""The quantile of a cue type's share that is believed: three to one that it is not lower."""
_MIN_COUNT = 0.01
"""A beta distribution needs some of both kinds."""
_TALK_WEIGHTS = [step / 20 for step in range(31)]
"""Weights of the model's evidence that are tried: 0 to 1.5."""
_SUPPORT_WEIGHTS = [step / 10 for step in range(31)]
"""Weights of another rule's agreement that are tried: 0 to 3."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What calibration measures: each rule's confidence, and the weights of other evidence by its kind."""

    confidences: Mapping[str, float]
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """A cue that the local detector would report, and whether the annotator agrees."""

    cue_type: CueType
    confidence: float
    is_right: bool
    weight: float


def calibrate(found: Sequence[Candidate], caution: float | None = CAUTION) -> Calibration:
    """Measure confidences on these matches (ADR 0025).

    A rule is measured where it matched alone. Its confidence is its share of right matches, drawn towards its
    cue type's as if that had been seen six more times, so that one lucky match is not certainty. What it is
    drawn towards counts fresh utterances only, since the rules were written by somebody who had read the
    others, and is cautious: the lower quartile of what the type's share may be, given how few there are
    (`caution` None means its mean). So a rule of a type that is often wrong needs right matches of its own to
    be believed. Then the weights of another rule's agreement and of the model's evidence are fitted by
    maximum likelihood.
    """
    alone = [each for each in found if not each.is_supported]
    fresh = [each for each in alone if each.labelled.is_fresh] or alone
    overall = sum(each.is_right for each in fresh) / len(fresh)
    confidences = {}
    for rule in load_rules():
        of_type = [each.is_right for each in fresh if each.cue_type is rule.cue_type]
        of_rule = [each.is_right for each in alone if each.rule_id == rule.rule_id]
        drawn_to = _cautious(sum(of_type) + _TYPE_PRIOR * overall, len(of_type) + _TYPE_PRIOR, caution)
        share = (sum(of_rule) + _RULE_PRIOR * drawn_to) / (len(of_rule) + _RULE_PRIOR)
        confidences[rule.rule_id] = round(share, 2)
    return Calibration(confidences, _fitted_weights(found, confidences))


def _cautious(right: float, total: float, caution: float | None) -> float:
    """Return the quantile of a share of which so many were right; None means the mean."""
    wrong = max(total - right, _MIN_COUNT)
    return float(beta.mean(right, wrong) if caution is None else beta.ppf(caution, right, wrong))


def cross_reported(
    found: Sequence[Candidate],
    keep: Callable[[LabelledTurn], bool],
    shuffle: int = 0,
    caution: float | None = CAUTION,
) -> list[Judged]:
    """Return the cues of the utterances to keep, by confidences measured on other dialogues only."""
    judged: list[Judged] = []
    for fold in folds([each.labelled.turn.dialogue for each in found], seed=shuffle):
        measured = calibrate([each for each in found if each.labelled.turn.dialogue not in fold], caution)
        inside = [each for each in found if each.labelled.turn.dialogue in fold and keep(each.labelled)]
        judged += reported(inside, measured)
    return judged


def _fitted_weights(found: Sequence[Candidate], confidences: Mapping[str, float]) -> Mapping[str, float]:
    cues = _best(found, confidences)
    weights = {SUPPORT: 0.0, "change": 0.0, "sustain": 0.0}

    def surprise(kind: str, weight: float) -> float:
        tried = Calibration(confidences, {**weights, kind: weight})
        p = [_confidence(each, tried) for each in cues]
        return -sum(math.log(p if each.is_right else 1 - p) for p, each in zip(p, cues, strict=True))

    for kind in weights:
        grid = _SUPPORT_WEIGHTS if kind == SUPPORT else _TALK_WEIGHTS
        weights[kind] = min(grid, key=partial(surprise, kind))
    return weights


def reported(found: Sequence[Candidate], calibration: Calibration) -> list[Judged]:
    """Return the cues as the detector reports them: of each type the most confident one per utterance."""
    return [
        Judged(each.cue_type, _confidence(each, calibration), each.is_right, each.labelled.weight)
        for each in _best(found, calibration.confidences)
    ]


def _best(found: Sequence[Candidate], sure: Mapping[str, float]) -> list[Candidate]:
    best: dict[tuple[str, CueType], Candidate] = {}
    for each in found:
        key = (each.labelled.turn.utterance_id, each.cue_type)
        if key not in best or sure[each.rule_id] > sure[best[key].rule_id]:
            best[key] = each
    return list(best.values())


def _confidence(each: Candidate, calibration: Calibration) -> float:
    base = calibration.confidences[each.rule_id]
    return adjusted(base, each.cue_type, each.evidence, calibration.weights, is_supported=each.is_supported)
