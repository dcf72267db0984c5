"""The report's section on the nine cue types."""

import math
from collections.abc import Callable, Sequence

from cue_detector.domain import CueType
from cue_detector.local.client_talk import Probabilities, load_model
from cue_detector.local.confidence import evidence_weights
from cue_detector.local.rules import load_rules
from tools.evaluation.annomi import ClientTurn
from tools.evaluation.calibration import CAUTION, Calibration, Judged, calibrate, cross_reported, reported
from tools.evaluation.client_talk import FOLDS
from tools.evaluation.cues import Candidate, LabelledTurn, candidates, read_gold
from tools.evaluation.measures import binned_error, markdown_table, precision_interval, share
from tools.training.calibrate_rules import by_utterance

THRESHOLD = 0.7
_SHUFFLES = 5
_CAUTIONS = {
    "the mean": None,
    "the 0.40 quantile": 0.4,
    "the 0.25 quantile": 0.25,
    "the 0.10 quantile": 0.1,
}

Filter = Callable[[LabelledTurn], bool]


def section(turns: Sequence[ClientTurn], scores: Sequence[Probabilities]) -> str:
    """Return the section; `scores` are out-of-fold client talk probabilities."""
    gold = read_gold(turns)
    found = candidates(gold, by_utterance(turns, scores), load_model())
    parts: dict[str, Filter] = {
        "development": lambda each: each.part == "development",
        "check": lambda each: each.part == "check",
    }
    measured = {
        name: calibrate([each for each in found if keep(each.labelled)]) for name, keep in parts.items()
    }
    shipped = Calibration({rule.rule_id: rule.confidence for rule in load_rules()}, evidence_weights())
    of_check = [each for each in found if parts["check"](each.labelled)]
    of_development = [each for each in found if parts["development"](each.labelled)]
    fresh_check = [each for each in of_check if each.labelled.is_fresh]
    return "\n\n".join(
        [
            "## The nine cue types",
            _introduction(gold, parts),
            "### What ships: confidences measured on all other dialogues",
            "The confidences that ship are measured on both parts. Here each dialogue is judged by those "
            f"that the same procedure measured on the other dialogues ({FOLDS} folds). First only the "
            "utterances that were read for the first time after the rules had been written: what to expect "
            "of new dialogues.",
            _table(gold, cross_reported(found, _is_fresh), _is_fresh),
            _cautions(found),
            _shuffles([cross_reported(found, _is_fresh, shuffle) for shuffle in range(_SHUFFLES)]),
            "All labelled utterances:",
            _table(gold, cross_reported(found, _is_any), _is_any),
            "### Check: confidences measured on the development part, judged on the check part",
            "The strictest view, and a pessimistic one: only half of the labels measure the confidences.",
            _table(gold, reported(of_check, measured["development"]), parts["check"]),
            "The same, only utterances that were read for the first time after the rules had been written:",
            _table(
                gold,
                reported(fresh_check, measured["development"]),
                lambda each: parts["check"](each) and each.is_fresh,
            ),
            "### The other way round: measured on the check part, judged on the development part",
            "The wording of the rules was mended on this part, so it flatters them.",
            _table(gold, reported(of_development, measured["check"]), parts["development"]),
            "### As shipped: confidences measured on both parts, judged on the same",
            _table(gold, reported(found, shipped), _is_any),
        ]
    )


def _shuffles(judged: Sequence[Sequence[Judged]]) -> str:
    """Return the table of the same precisions for several ways to deal the dialogues into folds."""
    rows = []
    for cue_type in (*CueType, None):
        shares = []
        for of_shuffle in judged:
            sure = _stated(of_shuffle, cue_type)
            right = sum(each.is_right for each in sure)
            shares.append(f"{share(right / len(sure) if sure else None)} ({right} of {len(sure)})")
        rows.append((cue_type or "**all**", *shares))
    table = markdown_table(("Cue", *(f"shuffle {number}" for number, _ in enumerate(judged, 1))), rows)
    return (
        "Few cues, and a rule's confidence may stand close to the line; so the same precision for "
        f"{len(judged)} ways to shuffle the dialogues into folds, the first being that of the table above:"
        f"\n\n{table}"
    )


def _cautions(found: Sequence[Candidate]) -> str:
    """Return the table of what caution costs: the same fresh utterances under other cautions."""
    rows = []
    for name, caution in _CAUTIONS.items():
        judged = cross_reported(found, _is_fresh, caution=caution)
        sure = _stated(judged, None)
        right = sum(each.is_right for each in sure)
        resistance = _stated(judged, CueType.RESISTANCE)
        of_resistance = f"{sum(each.is_right for each in resistance)} of {len(resistance)}"
        rows.append(
            (name, len(sure), right, share(right / len(sure)), of_resistance, share(_surprise(judged)))
        )
    table = markdown_table(
        ("Drawn towards", "reported", "right", "precision", "resistance", "log loss of all matches"), rows
    )
    return (
        "A rule is drawn towards a cautious share of its cue type, a low quantile of what that may be. What "
        "this costs in cues that are right, on the same utterances and folds (shipped: the "
        f"{CAUTION:.2f} quantile):"
        f"\n\n{table}"
    )


def _surprise(judged: Sequence[Judged]) -> float:
    """Return the mean log loss of the confidences."""
    return -sum(math.log(each.confidence if each.is_right else 1 - each.confidence) for each in judged) / len(
        judged
    )


def _stated(judged: Sequence[Judged], cue_type: CueType | None) -> list[Judged]:
    """Return the cues of a type, or of all, that are reported with confidence."""
    return [
        each
        for each in judged
        if each.confidence >= THRESHOLD and (cue_type is None or each.cue_type is cue_type)
    ]


def _is_fresh(labelled: LabelledTurn) -> bool:
    return labelled.is_fresh


def _is_any(_labelled: LabelledTurn) -> bool:
    return True


def _introduction(gold: Sequence[LabelledTurn], parts: dict[str, Filter]) -> str:
    fresh = sum(each.is_fresh for each in gold)
    sizes = ", ".join(
        f"{sum(keep(each) for each in gold)} utterances of "
        f"{len({each.turn.dialogue for each in gold if keep(each)})} dialogues ({name})"
        for name, keep in parts.items()
    )
    rows = []
    for cue_type in CueType:
        counts = [sum(cue_type in each.labels for each in gold if keep(each)) for keep in parts.values()]
        rows.append((cue_type, *counts))
    stands_for = sum(each.weight for each in gold)
    return (
        f"{len(gold):,} client utterances were labelled: {len(gold) - fresh} before any rule existed, "
        f"{fresh} after the rules were written and before their confidences were measured, in one list "
        f"without the rules' answers. They stand for all {stands_for:,.0f} client utterances that are no "
        f"back-channels. One annotator, of the project's maintainers, read each utterance with its two "
        f"preceding ones against the definitions in ADR 0021; the same hands wrote the rules, which is why "
        f"the second round counts most. The set is split by dialogue: {sizes}.\n\n"
        f"{markdown_table(('Labelled', *parts), rows)}\n\n"
        f"Below, a cue is reported when its confidence is at least {THRESHOLD}. Precision is the share of "
        f"reported cues that the annotator labelled too, with a 95 % interval (Wilson); coverage is the "
        f"share of labelled cues that are reported, weighted to all utterances."
    )


def _table(gold: Sequence[LabelledTurn], judged: Sequence[Judged], keep: Filter) -> str:
    """Return the table of the cues found in the utterances to keep; `gold` are all labelled ones."""
    rows = []
    for cue_type in (*CueType, None):
        sure = _stated(judged, cue_type)
        right = sum(each.is_right for each in sure)
        there = sum(
            each.weight * (len(each.labels) if cue_type is None else cue_type in each.labels)
            for each in gold
            if keep(each)
        )
        covered = sum(each.weight for each in sure if each.is_right)
        low, high = precision_interval(right, len(sure)) if sure else (None, None)
        rows.append(
            (
                cue_type or "**all**",
                len(sure),
                right,
                share(right / len(sure) if sure else None),
                f"{share(low)} to {share(high)}",
                share(covered / there if there else None),
            )
        )
    table = markdown_table(
        ("Cue", "reported", "right", "precision", "95 % interval", "coverage"),
        rows,
    )
    error = binned_error([each.confidence for each in judged], [each.is_right for each in judged], bins=5)
    return (
        f"{table}\n\nExpected calibration error of the confidences of all {len(judged)} matched cues, "
        f"also those below {THRESHOLD}: {share(error)} (5 bins)."
    )
