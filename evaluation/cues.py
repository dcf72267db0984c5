"""The hand-labelled nine-cue set, and what the local rules say of its utterances."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cue_detector.domain import CueType
from cue_detector.local.client_talk import Model, Probabilities
from cue_detector.local.confidence import TALK_OF, adjusted, evidence
from cue_detector.local.rules import all_matches, load_rules
from evaluation.annomi import ClientTurn, read_rows
from evaluation.client_talk import folds

GOLD_FILE = Path(__file__).with_name("cues_gold.csv")

_RULE_PRIOR = 6.0
_TYPE_PRIOR = 8.0
_WEIGHTS = [step / 20 for step in range(31)]
"""Weights that are tried: 0 to 1.5."""


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A client utterance with the cue types that its annotator found."""

    turn: ClientTurn
    part: str
    """development or check; a dialogue is in one of them only."""
    is_fresh: bool
    """True when it was read for the first time after the rules had been written."""
    weight: float
    """How many utterances of the dialogues it stands for."""
    labels: frozenset[CueType]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that matched a labelled utterance."""

    labelled: LabelledTurn
    rule_id: str
    cue_type: CueType
    evidence: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """What calibration measures: each rule's confidence and the weights of the model's evidence."""

    confidences: Mapping[str, float]
    talk_weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """A cue that the local detector would report, and whether the annotator agrees."""

    cue_type: CueType
    confidence: float
    is_right: bool
    weight: float


def calibrate(found: Sequence[Candidate]) -> Calibration:
    """Measure confidences on these matches.

    A rule's confidence is its share of right matches, drawn towards its cue type's share as if it had been
    seen six more times (and a type's towards all rules' as if eight more times), so that one lucky match is
    not certainty. The shares drawn towards count fresh utterances only, since the rules were written by
    somebody who had read the others. Six was chosen among 3, 6 and 10 by the likelihood of fresh matches in
    cross-validation over dialogues (`cross_reported`). Then the weight of the model's evidence is fitted by
    maximum likelihood.
    """
    fresh = [each for each in found if each.labelled.is_fresh] or found
    overall = sum(each.is_right for each in fresh) / len(fresh)
    by_type = {}
    for cue_type in CueType:
        of_type = [each.is_right for each in fresh if each.cue_type is cue_type]
        by_type[cue_type] = (sum(of_type) + _TYPE_PRIOR * overall) / (len(of_type) + _TYPE_PRIOR)
    confidences = {}
    for rule in load_rules():
        of_rule = [each.is_right for each in found if each.rule_id == rule.rule_id]
        share = (sum(of_rule) + _RULE_PRIOR * by_type[rule.cue_type]) / (len(of_rule) + _RULE_PRIOR)
        confidences[rule.rule_id] = round(share, 2)
    weights = {kind: _fitted_weight(found, confidences, kind) for kind in ("change", "sustain")}
    return Calibration(confidences, weights)


def cross_reported(found: Sequence[Candidate], keep: Callable[[LabelledTurn], bool]) -> list[Judged]:
    """Return the cues of the utterances to keep, by confidences measured on other dialogues only."""
    judged: list[Judged] = []
    for fold in folds([each.labelled.turn.dialogue for each in found], seed=0):
        measured = calibrate([each for each in found if each.labelled.turn.dialogue not in fold])
        inside = [each for each in found if each.labelled.turn.dialogue in fold and keep(each.labelled)]
        judged += reported(inside, measured)
    return judged


def _fitted_weight(found: Sequence[Candidate], confidences: Mapping[str, float], kind: str) -> float:
    of_kind = [each for each in found if TALK_OF.get(each.cue_type) == kind]

    def surprise(weight: float) -> float:
        total = 0.0
        for each in of_kind:
            p = adjusted(confidences[each.rule_id], each.cue_type, each.evidence, {kind: weight})
            total -= math.log(p if each.is_right else 1 - p)
        return total

    return min(_WEIGHTS, key=surprise)


def read_gold(turns: Sequence[ClientTurn]) -> list[LabelledTurn]:
    """Return the labelled utterances in file order; raises KeyError when one is not among `turns`."""
    by_id = {turn.utterance_id: turn for turn in turns}
    return [
        LabelledTurn(
            turn=by_id[row["utterance_id"]],
            part=row["part"],
            is_fresh=row["stratum"].startswith("fresh"),
            weight=float(row["weight"]),
            labels=frozenset(CueType(name) for name in row["labels"].split()),
        )
        for row in read_rows(GOLD_FILE)
    ]


def candidates(
    gold: Sequence[LabelledTurn], probabilities: Mapping[str, Probabilities], model: Model
) -> list[Candidate]:
    """Return every match of every rule; `probabilities` are out-of-fold client talk by utterance id."""
    return [
        Candidate(
            labelled=each,
            rule_id=match.rule.rule_id,
            cue_type=match.rule.cue_type,
            evidence=evidence(match.rule.cue_type, probabilities[each.turn.utterance_id], model),
            is_right=match.rule.cue_type in each.labels,
        )
        for each in gold
        for match in all_matches(each.turn.text)
    ]


def reported(found: Sequence[Candidate], calibration: Calibration) -> list[Judged]:
    """Return the cues as the detector reports them: of each type the most confident one per utterance."""
    sure = calibration.confidences
    best: dict[tuple[str, CueType], Candidate] = {}
    for each in found:
        key = (each.labelled.turn.utterance_id, each.cue_type)
        if key not in best or sure[each.rule_id] > sure[best[key].rule_id]:
            best[key] = each
    return [
        Judged(
            cue_type=each.cue_type,
            confidence=adjusted(sure[each.rule_id], each.cue_type, each.evidence, calibration.talk_weights),
            is_right=each.is_right,
            weight=each.labelled.weight,
        )
        for each in best.values()
    ]


def expected_calibration_error(judged: Sequence[Judged], bins: int = 5) -> float | None:
    """Return the mean distance, 0-1, of confidence from the share right, over equal bins; None if empty."""
    if not judged:
        return None
    error = 0.0
    for place in range(bins):
        inside = [each for each in judged if min(int(each.confidence * bins), bins - 1) == place]
        if inside:
            confidence = sum(each.confidence for each in inside)
            error += abs(confidence - sum(each.is_right for each in inside))
    return error / len(judged)


def precision_interval(right: int, total: int) -> tuple[float, float]:
    """Return the Wilson 95 % interval of a share; `total` above 0."""
    z = 1.96
    share = right / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return centre - half, centre + half
