"""The hand-labelled nine-cue set, and what the local rules say of its utterances."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cue_detector.domain import CueType
from cue_detector.local.client_talk import Model, Probabilities
from cue_detector.local.confidence import evidence
from cue_detector.local.rules import all_matches
from tools.evaluation.annomi import ClientTurn, read_rows

GOLD_FILE = Path(__file__).with_name("cues_gold.csv")


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
    is_supported: bool = False
    """True when another rule found the same cue."""


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
    return [each for labelled in gold for each in _matched(labelled, probabilities, model)]


def _matched(
    labelled: LabelledTurn, probabilities: Mapping[str, Probabilities], model: Model
) -> Iterator[Candidate]:
    matches = all_matches(labelled.turn.text)
    counts = Counter(match.rule.cue_type for match in matches)
    for match in matches:
        cue_type = match.rule.cue_type
        yield Candidate(
            labelled=labelled,
            rule_id=match.rule.rule_id,
            cue_type=cue_type,
            evidence=evidence(cue_type, probabilities[labelled.turn.utterance_id], model),
            is_right=cue_type in labelled.labels,
            is_supported=counts[cue_type] > 1,
        )
