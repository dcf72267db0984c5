"""Estimates the confidence of each local rule from the manually labelled nine-cue set.

See docs/decisions/0016-local-cue-rules-and-calibrated-confidence.md.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from scipy.stats import beta  # type: ignore[import-untyped]

from cue_detector.domain import CueType
from cue_detector.local.confidence import SUPPORT, adjust_confidence
from cue_detector.local.rules import load_rules
from tools.evaluation.client_talk import folds
from tools.evaluation.cues import LabelledTurn, RuleMatch

_RULE_PRIOR_COUNT = 6.0
_TYPE_PRIOR_COUNT = 8.0
PRIOR_QUANTILE = 0.25
"""Quantile of a cue type's precision that its rules are shrunk towards: with odds 3:1 it is not lower."""
_MIN_COUNT = 0.01
"""The parameters of a beta distribution must be positive."""
_TALK_WEIGHTS = [step / 20 for step in range(31)]
"""Grid of the weights of the log evidence: 0 to 1.5."""
_SUPPORT_WEIGHTS = [step / 10 for step in range(31)]
"""Grid of the weight of support by another rule: 0 to 3."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Confidence by rule id, and weight of additional evidence by kind."""

    confidences: Mapping[str, float]
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ReportedCue:
    """A cue as the local detector reports it, compared with the annotation."""

    cue_type: CueType
    confidence: float
    is_correct: bool
    weight: float


def calibrate(matches: Sequence[RuleMatch], quantile: float | None = PRIOR_QUANTILE) -> Calibration:
    """Estimate confidences and weights from labelled matches.

    Only unsupported matches of a rule count. The confidence of a rule is its precision, shrunk towards a
    prior precision of its cue type with the weight of six matches. The prior is a conservative estimate: a
    low quantile (None: the mean) of the posterior of the type's precision, from second-round utterances only,
    because the author of the rules had read the others. The weights of support and log evidence are then
    fitted by maximum likelihood.
    """
    unsupported = [each for each in matches if not each.is_supported]
    second_round = [each for each in unsupported if each.labelled.is_second_round] or unsupported
    overall = sum(each.is_correct for each in second_round) / len(second_round)
    confidences = {}
    for rule in load_rules():
        of_type = [each.is_correct for each in second_round if each.cue_type is rule.cue_type]
        of_rule = [each.is_correct for each in unsupported if each.rule_id == rule.rule_id]
        prior = _posterior_quantile(
            sum(of_type) + _TYPE_PRIOR_COUNT * overall, len(of_type) + _TYPE_PRIOR_COUNT, quantile
        )
        precision = (sum(of_rule) + _RULE_PRIOR_COUNT * prior) / (len(of_rule) + _RULE_PRIOR_COUNT)
        confidences[rule.rule_id] = round(precision, 2)
    return Calibration(confidences, _fit_weights(matches, confidences))


def _posterior_quantile(correct: float, total: float, quantile: float | None) -> float:
    """Return a quantile, or the mean, of the beta posterior of a precision."""
    incorrect = max(total - correct, _MIN_COUNT)
    return float(
        beta.mean(correct, incorrect) if quantile is None else beta.ppf(quantile, correct, incorrect)
    )


def cross_validated(
    matches: Sequence[RuleMatch],
    include: Callable[[LabelledTurn], bool],
    seed: int = 0,
    quantile: float | None = PRIOR_QUANTILE,
) -> list[ReportedCue]:
    """Return the cues of the included utterances, with confidences calibrated on the other dialogues only."""
    cues: list[ReportedCue] = []
    for fold in folds([each.labelled.turn.dialogue for each in matches], seed=seed):
        calibration = calibrate(
            [each for each in matches if each.labelled.turn.dialogue not in fold], quantile
        )
        held_out = [
            each for each in matches if each.labelled.turn.dialogue in fold and include(each.labelled)
        ]
        cues += report_cues(held_out, calibration)
    return cues


def _fit_weights(matches: Sequence[RuleMatch], confidences: Mapping[str, float]) -> Mapping[str, float]:
    cues = _most_confident(matches, confidences)
    weights = {SUPPORT: 0.0, "change": 0.0, "sustain": 0.0}

    def log_loss(kind: str, weight: float) -> float:
        calibration = Calibration(confidences, {**weights, kind: weight})
        p = [_confidence(each, calibration) for each in cues]
        return -sum(math.log(p if each.is_correct else 1 - p) for p, each in zip(p, cues, strict=True))

    for kind in weights:
        grid = _SUPPORT_WEIGHTS if kind == SUPPORT else _TALK_WEIGHTS
        weights[kind] = min(grid, key=partial(log_loss, kind))
    return weights


def report_cues(matches: Sequence[RuleMatch], calibration: Calibration) -> list[ReportedCue]:
    """Return the cues that the detector reports: the most confident match per utterance and cue type."""
    return [
        ReportedCue(each.cue_type, _confidence(each, calibration), each.is_correct, each.labelled.weight)
        for each in _most_confident(matches, calibration.confidences)
    ]


def _most_confident(matches: Sequence[RuleMatch], confidences: Mapping[str, float]) -> list[RuleMatch]:
    best: dict[tuple[str, CueType], RuleMatch] = {}
    for each in matches:
        key = (each.labelled.turn.utterance_id, each.cue_type)
        if key not in best or confidences[each.rule_id] > confidences[best[key].rule_id]:
            best[key] = each
    return list(best.values())


def _confidence(match: RuleMatch, calibration: Calibration) -> float:
    return adjust_confidence(
        calibration.confidences[match.rule_id],
        match.cue_type,
        match.log_evidence,
        calibration.weights,
        is_supported=match.is_supported,
    )
