"""Confidence of a matched cue: the rule's confidence, adjusted by additional evidence.

A rule's confidence is a conservative estimate of its precision where it is the only match (rules.csv). The
adjustment adds two terms to the log odds, each with a fitted weight (calibration.json; 0 disables the term):
support by another rule for the same cue type and, for cue types that belong to change or sustain talk, the
log evidence of the client talk model. `python -m tools.training.calibrate_rules` writes all of these values.
See docs/decisions/0016-local-cue-rules-and-calibrated-confidence.md.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from cue_detector.domain import CueType
from cue_detector.local.client_talk import LABELS, Model, Probabilities

CALIBRATION_FILE = "calibration.json"

TALK_TYPE_BY_CUE: Mapping[CueType, Literal["change", "sustain"]] = {
    CueType.COMMITMENT: "change",
    CueType.GOAL_SETTING: "change",
    CueType.BREAKTHROUGH: "change",
    CueType.ENTHUSIASM: "change",
    CueType.RESISTANCE: "sustain",
    CueType.DOUBT: "sustain",
}
"""Client talk type that a cue type belongs to; the other cue types have none."""

SUPPORT = "support"
"""Key of the weight for support by another rule."""

_MAX_LOG_EVIDENCE = 1.5
_MIN_CONFIDENCE, _MAX_CONFIDENCE = 0.01, 0.99


def log_evidence(cue_type: CueType, probabilities: Probabilities, model: Model) -> float:
    """Return the log ratio of the probability of the cue's talk type to its prior, within ±1.5; 0 if none."""
    talk_type = TALK_TYPE_BY_CUE.get(cue_type)
    if talk_type is None:
        return 0.0
    index = LABELS.index(talk_type)
    ratio = math.log(probabilities[index] / model.prior[index])
    return max(-_MAX_LOG_EVIDENCE, min(_MAX_LOG_EVIDENCE, ratio))


def adjust_confidence(
    rule_confidence: float,
    cue_type: CueType,
    evidence: float,
    weights: Mapping[str, float],
    *,
    is_supported: bool = False,
) -> float:
    """Return the adjusted confidence, 0.01-0.99 with 2 decimals.

    `evidence` is the result of `log_evidence`; `is_supported` means another rule found the same cue type.
    """
    base = max(_MIN_CONFIDENCE, min(_MAX_CONFIDENCE, rule_confidence))
    odds = math.log(base / (1 - base)) + weights.get(TALK_TYPE_BY_CUE.get(cue_type, ""), 0.0) * evidence
    odds += weights.get(SUPPORT, 0.0) * is_supported
    return round(max(_MIN_CONFIDENCE, min(_MAX_CONFIDENCE, 1 / (1 + math.exp(-odds)))), 2)


@cache
def evidence_weights() -> Mapping[str, float]:
    """Return the fitted weights of change, sustain and support."""
    text = files("cue_detector.local").joinpath(CALIBRATION_FILE).read_text(encoding="utf-8")
    weights: dict[str, float] = json.loads(text)["weights"]
    return weights
