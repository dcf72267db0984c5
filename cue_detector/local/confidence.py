"""The probability that a matched cue is right: the rule's own, moved by what else speaks for or against it.

A rule's confidence is a cautious measure of its precision where it matched alone (rules.csv). Two things are
added in log odds, each with a fitted weight (calibration.json; 0 means that it does not help): that another
rule found the same cue, and, for cue types that are kinds of change or sustain talk, the client talk model's
evidence. All are written by `python -m tools.training.calibrate_rules` (ADR 0021, ADR 0025).
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
"""The kind of client talk a cue belongs to; the other types have none."""

SUPPORT = "support"
"""Name of the weight of another rule's agreement."""

_MAX_EVIDENCE = 1.5
_LOWEST, _HIGHEST = 0.01, 0.99


def evidence(cue_type: CueType, probabilities: Probabilities, model: Model) -> float:
    """Return how much likelier than usual the cue's kind of talk is: a log ratio from -1.5 to 1.5, or 0."""
    kind = TALK_TYPE_BY_CUE.get(cue_type)
    if kind is None:
        return 0.0
    place = LABELS.index(kind)
    ratio = math.log(probabilities[place] / model.prior[place])
    return max(-_MAX_EVIDENCE, min(_MAX_EVIDENCE, ratio))


def adjusted(
    rule_confidence: float,
    cue_type: CueType,
    found: float,
    weights: Mapping[str, float],
    *,
    is_supported: bool = False,
) -> float:
    """Return the confidence 0.01-0.99, 2 decimals, of a rule's cue.

    `found` is the model's evidence; `is_supported` says that another rule found the same cue.
    """
    base = max(_LOWEST, min(_HIGHEST, rule_confidence))
    odds = math.log(base / (1 - base)) + weights.get(TALK_TYPE_BY_CUE.get(cue_type, ""), 0.0) * found
    odds += weights.get(SUPPORT, 0.0) * is_supported
    return round(max(_LOWEST, min(_HIGHEST, 1 / (1 + math.exp(-odds)))), 2)


@cache
def evidence_weights() -> Mapping[str, float]:
    """Return the fitted weights by kind of evidence: change, sustain, support."""
    text = files("cue_detector.local").joinpath(CALIBRATION_FILE).read_text(encoding="utf-8")
    weights: dict[str, float] = json.loads(text)["weights"]
    return weights
