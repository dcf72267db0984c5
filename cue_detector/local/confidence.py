"""The probability that a matched cue is right: the rule's own, raised or lowered by the client talk model.

A rule's confidence is its measured precision (rules.csv). For cue types that are kinds of change or sustain
talk the model's evidence is added in log odds, with a weight that was fitted too (calibration.json): 0 means
that the model does not help. Both are written by `python -m evaluation.calibrate_rules` (ADR 0021).
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

TALK_OF: Mapping[CueType, Literal["change", "sustain"]] = {
    CueType.COMMITMENT: "change",
    CueType.GOAL_SETTING: "change",
    CueType.BREAKTHROUGH: "change",
    CueType.ENTHUSIASM: "change",
    CueType.RESISTANCE: "sustain",
    CueType.DOUBT: "sustain",
}
"""The kind of client talk a cue belongs to; the other types have none."""

_LARGEST_EVIDENCE = 1.5
_LOWEST, _HIGHEST = 0.01, 0.99


def evidence(cue_type: CueType, probabilities: Probabilities, model: Model) -> float:
    """Return how much likelier than usual the cue's kind of talk is: a log ratio from -1.5 to 1.5, or 0."""
    kind = TALK_OF.get(cue_type)
    if kind is None:
        return 0.0
    place = LABELS.index(kind)
    ratio = math.log(probabilities[place] / model.prior[place])
    return max(-_LARGEST_EVIDENCE, min(_LARGEST_EVIDENCE, ratio))


def adjusted(rule_confidence: float, cue_type: CueType, found: float, weights: Mapping[str, float]) -> float:
    """Return the confidence 0.01-0.99, 2 decimals, of a rule's cue given the model's evidence."""
    base = max(_LOWEST, min(_HIGHEST, rule_confidence))
    weight = weights.get(TALK_OF.get(cue_type, ""), 0.0)
    odds = math.log(base / (1 - base)) + weight * found
    return round(max(_LOWEST, min(_HIGHEST, 1 / (1 + math.exp(-odds)))), 2)


@cache
def talk_weights() -> Mapping[str, float]:
    """Return the fitted weight of the model's evidence for change and for sustain talk."""
    text = files("cue_detector.local").joinpath(CALIBRATION_FILE).read_text(encoding="utf-8")
    weights: dict[str, float] = json.loads(text)["talk_weights"]
    return weights
