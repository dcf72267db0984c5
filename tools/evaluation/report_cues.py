"""Section of the evaluation report on the nine cue types."""

import math
from collections.abc import Callable, Sequence

from cue_detector.domain import CueType
from cue_detector.local.client_talk import Probabilities, load_model
from cue_detector.local.confidence import evidence_weights
from cue_detector.local.rules import load_rules
from tools.evaluation.annomi import ClientTurn
from tools.evaluation.calibration import (
    PRIOR_QUANTILE,
    Calibration,
    ReportedCue,
    calibrate,
    cross_validated,
    report_cues,
)
from tools.evaluation.client_talk import FOLDS
from tools.evaluation.cues import LabelledTurn, RuleMatch, read_gold, rule_matches
from tools.evaluation.measures import calibration_error, format_score, markdown_table, wilson_interval
from tools.training.calibrate_rules import by_utterance

MIN_CONFIDENCE = 0.7
_SEEDS = 5
_QUANTILES = {"mean": None, "0.40 quantile": 0.4, "0.25 quantile": 0.25, "0.10 quantile": 0.1}

Filter = Callable[[LabelledTurn], bool]


def section(turns: Sequence[ClientTurn], scores: Sequence[Probabilities]) -> str:
    """Return the section; `scores` are out-of-fold client talk probabilities."""
    gold = read_gold(turns)
    matches = rule_matches(gold, by_utterance(turns, scores), load_model())
    parts: dict[str, Filter] = {
        "development": lambda each: each.part == "development",
        "check": lambda each: each.part == "check",
    }
    calibrations = {
        name: calibrate([each for each in matches if include(each.labelled)])
        for name, include in parts.items()
    }
    production = Calibration({rule.rule_id: rule.confidence for rule in load_rules()}, evidence_weights())
    check = [each for each in matches if parts["check"](each.labelled)]
    development = [each for each in matches if parts["development"](each.labelled)]
    check_second_round = [each for each in check if each.labelled.is_second_round]
    return "\n\n".join(
        [
            "## The nine cue types",
            _introduction(gold, parts),
            f"### Cross-validation ({FOLDS} folds)",
            "The production confidences are calibrated on both parts. Here the confidences for each dialogue "
            "are calibrated on the other folds by the same procedure. The first table contains second-round "
            "utterances only and is the best estimate for new dialogues.",
            _table(gold, cross_validated(matches, _is_second_round), _is_second_round),
            _quantiles(matches),
            _seeds([cross_validated(matches, _is_second_round, seed) for seed in range(_SEEDS)]),
            "All labelled utterances:",
            _table(gold, cross_validated(matches, _is_any), _is_any),
            "### Calibrated on the development part, evaluated on the check part",
            "Stricter than cross-validation, and pessimistic: the calibration uses only half of the labels.",
            _table(gold, report_cues(check, calibrations["development"]), parts["check"]),
            "The same, second-round utterances only:",
            _table(
                gold,
                report_cues(check_second_round, calibrations["development"]),
                lambda each: parts["check"](each) and each.is_second_round,
            ),
            "### Calibrated on the check part, evaluated on the development part",
            "Optimistic: the patterns of the rules were corrected on the development part.",
            _table(gold, report_cues(development, calibrations["check"]), parts["development"]),
            "### Production confidences, evaluated on the calibration data",
            _table(gold, report_cues(matches, production), _is_any),
        ]
    )


def _seeds(cues_by_seed: Sequence[Sequence[ReportedCue]]) -> str:
    """Return the table of the precision for several assignments of dialogues to folds."""
    rows = []
    for cue_type in (*CueType, None):
        precisions = []
        for cues in cues_by_seed:
            reported = _reported(cues, cue_type)
            correct = sum(each.is_correct for each in reported)
            precision = format_score(correct / len(reported) if reported else None)
            precisions.append(f"{precision} ({correct} of {len(reported)})")
        rows.append((cue_type or "**all**", *precisions))
    table = markdown_table(("Cue type", *(f"seed {n}" for n, _ in enumerate(cues_by_seed, 1))), rows)
    return (
        "The sample is small, and some confidences are close to the threshold. Precision for "
        f"{len(cues_by_seed)} random assignments of dialogues to folds (seed 1 is the table above):"
        f"\n\n{table}"
    )


def _quantiles(matches: Sequence[RuleMatch]) -> str:
    """Return the table that compares quantiles of the prior precision on second-round utterances."""
    rows = []
    for name, quantile in _QUANTILES.items():
        cues = cross_validated(matches, _is_second_round, quantile=quantile)
        reported = _reported(cues, None)
        correct = sum(each.is_correct for each in reported)
        resistance = _reported(cues, CueType.RESISTANCE)
        correct_resistance = f"{sum(each.is_correct for each in resistance)} of {len(resistance)}"
        rows.append(
            (
                name,
                len(reported),
                correct,
                format_score(correct / len(reported)),
                correct_resistance,
                format_score(_log_loss(cues)),
            )
        )
    table = markdown_table(
        ("Prior precision", "reported", "correct", "precision", "resistance", "log loss of all matches"), rows
    )
    return (
        "The confidence of a rule is shrunk towards a prior precision of its cue type: a low quantile of its "
        f"posterior distribution (used: the {PRIOR_QUANTILE:.2f} quantile). Comparison of quantiles on the "
        f"same utterances and folds:\n\n{table}"
    )


def _log_loss(cues: Sequence[ReportedCue]) -> float:
    """Return the mean log loss of the confidences."""
    losses = [-math.log(each.confidence if each.is_correct else 1 - each.confidence) for each in cues]
    return sum(losses) / len(losses)


def _reported(cues: Sequence[ReportedCue], cue_type: CueType | None) -> list[ReportedCue]:
    """Return the cues of a type, or of all types, with at least the minimum confidence."""
    return [
        each
        for each in cues
        if each.confidence >= MIN_CONFIDENCE and (cue_type is None or each.cue_type is cue_type)
    ]


def _is_second_round(labelled: LabelledTurn) -> bool:
    return labelled.is_second_round


def _is_any(_labelled: LabelledTurn) -> bool:
    return True


def _introduction(gold: Sequence[LabelledTurn], parts: dict[str, Filter]) -> str:
    second_round = sum(each.is_second_round for each in gold)
    sizes = ", ".join(
        f"{sum(include(each) for each in gold)} utterances of "
        f"{len({each.turn.dialogue for each in gold if include(each)})} dialogues ({name})"
        for name, include in parts.items()
    )
    rows = []
    for cue_type in CueType:
        counts = [
            sum(cue_type in each.labels for each in gold if include(each)) for include in parts.values()
        ]
        rows.append((cue_type, *counts))
    represented = sum(each.weight for each in gold)
    return (
        f"{len(gold):,} client utterances are labelled: {len(gold) - second_round} in a first round before "
        f"any rule existed, {second_round} in a second round after the rules were written and before their "
        "confidences were calibrated. The annotator did not see the matches of the rules. The sample "
        f"represents all {represented:,.0f} client utterances that are not back-channels. The annotator, a "
        "maintainer of the project, read each utterance with the two preceding ones and applied the "
        "[definitions](explanation/cues.md#cue-types). The same person wrote the rules, so the second round "
        f"is more reliable. The set is split by dialogue: {sizes}.\n\n"
        f"{markdown_table(('Labels', *parts), rows)}\n\n"
        f"A cue is reported if its confidence is at least {MIN_CONFIDENCE}. Precision is the fraction of "
        "reported cues with the annotator's label, with the 95 % Wilson interval. Coverage (recall) is the "
        "fraction of labelled cues that are reported, weighted to all utterances."
    )


def _table(gold: Sequence[LabelledTurn], cues: Sequence[ReportedCue], include: Filter) -> str:
    """Return the table of reported cues; `include` selects the labelled utterances."""
    rows = []
    for cue_type in (*CueType, None):
        reported = _reported(cues, cue_type)
        correct = sum(each.is_correct for each in reported)
        labelled_weight = sum(
            each.weight * (len(each.labels) if cue_type is None else cue_type in each.labels)
            for each in gold
            if include(each)
        )
        covered_weight = sum(each.weight for each in reported if each.is_correct)
        low, high = wilson_interval(correct, len(reported)) if reported else (None, None)
        rows.append(
            (
                cue_type or "**all**",
                len(reported),
                correct,
                format_score(correct / len(reported) if reported else None),
                f"{format_score(low)} to {format_score(high)}",
                format_score(covered_weight / labelled_weight if labelled_weight else None),
            )
        )
    table = markdown_table(
        ("Cue type", "reported", "correct", "precision", "95 % interval", "coverage"),
        rows,
    )
    error = calibration_error([each.confidence for each in cues], [each.is_correct for each in cues], bins=5)
    return (
        f"{table}\n\nExpected calibration error of all {len(cues)} matched cues, including those below "
        f"{MIN_CONFIDENCE}: {format_score(error)} (5 bins)."
    )
