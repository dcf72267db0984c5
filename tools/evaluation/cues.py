"""The manually labelled nine-cue set, and the matches of the local rules in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cue_detector.domain import CueType
from cue_detector.local.client_talk import Model, Probabilities
from cue_detector.local.confidence import log_evidence
from cue_detector.local.rules import all_matches
from tools.evaluation.annomi import ClientTurn, read_rows

GOLD_FILE = Path(__file__).with_name("cues_gold.csv")


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A client utterance with the cue types that the annotator assigned."""

    turn: ClientTurn
    part: str
    """development or check; a dialogue belongs to one part only."""
    is_second_round: bool
    """True when the annotator read it only after the rules were written."""
    weight: float
    """Number of utterances that it represents in the stratified sample."""
    labels: frozenset[CueType]


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule that matches a labelled utterance."""

    labelled: LabelledTurn
    rule_id: str
    cue_type: CueType
    log_evidence: float
    is_correct: bool
    is_supported: bool = False
    """True when another rule found the same cue type."""


def read_gold(turns: Sequence[ClientTurn]) -> list[LabelledTurn]:
    """Return the labelled utterances in file order; raises KeyError if one is not among `turns`."""
    by_id = {turn.utterance_id: turn for turn in turns}
    return [
        LabelledTurn(
            turn=by_id[row["utterance_id"]],
            part=row["part"],
            is_second_round=row["stratum"].startswith("fresh"),
            weight=float(row["weight"]),
            labels=frozenset(CueType(name) for name in row["labels"].split()),
        )
        for row in read_rows(GOLD_FILE)
    ]


def rule_matches(
    gold: Sequence[LabelledTurn], probabilities: Mapping[str, Probabilities], model: Model
) -> list[RuleMatch]:
    """Return the matches of all rules; `probabilities` are out-of-fold client talk by utterance id."""
    return [match for labelled in gold for match in _matches(labelled, probabilities, model)]


def _matches(
    labelled: LabelledTurn, probabilities: Mapping[str, Probabilities], model: Model
) -> Iterator[RuleMatch]:
    matches = all_matches(labelled.turn.text)
    counts = Counter(match.rule.cue_type for match in matches)
    for match in matches:
        cue_type = match.rule.cue_type
        yield RuleMatch(
            labelled=labelled,
            rule_id=match.rule.rule_id,
            cue_type=cue_type,
            log_evidence=log_evidence(cue_type, probabilities[labelled.turn.utterance_id], model),
            is_correct=cue_type in labelled.labels,
            is_supported=counts[cue_type] > 1,
        )
