"""Scores the coach question rules against experts' labels (metrics page, coach_question_count)."""

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from tools.evaluation import annomi
from tools.evaluation.measures import ClassScore, class_scores, markdown_table, share

QuestionKind = Literal["open", "closed", "none"]
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)

MACRO_F1_GOAL = 0.78
QUESTION_F1_GOAL = 0.90


@dataclass(frozen=True, slots=True)
class QuestionScores:
    """How well the three kinds were told apart; shares are 0-1."""

    count: int
    kinds: tuple[ClassScore, ...]
    """One per kind, in the order of KINDS."""
    question: ClassScore
    """Question of either kind against none."""
    macro_f1: float
    """Mean F1 of the three kinds."""
    confusion: Mapping[tuple[QuestionKind, QuestionKind], int]
    """How often (experts' kind, predicted kind) occurred."""


def score_questions(
    gold: Mapping[str, QuestionKind], predicted: Mapping[str, QuestionKind]
) -> QuestionScores:
    """Score predictions (utterance id to kind) against experts' labels; other utterances are not looked at.

    Raises ValueError when there is no label at all, a labelled utterance has no prediction, or a kind is
    unknown.
    """
    if not gold:
        raise ValueError("there are no labels to score against")
    missing = sum(utterance not in predicted for utterance in gold)
    if missing:
        raise ValueError(f"{missing} of {len(gold)} labelled utterances have no prediction")
    said = [gold[utterance] for utterance in gold]
    found = [predicted[utterance] for utterance in gold]
    unknown = sorted({*said, *found} - {*KINDS})
    if unknown:
        raise ValueError(f"unknown kinds of question: {', '.join(unknown)}")
    kinds = tuple(class_scores(said, found, KINDS))
    asks = ("question", "none")
    either = class_scores([_asks(kind) for kind in said], [_asks(kind) for kind in found], asks)
    pairs = Counter(zip(said, found, strict=True))
    return QuestionScores(
        count=len(said),
        kinds=kinds,
        question=either[0],
        macro_f1=sum(kind.f1 for kind in kinds) / len(kinds),
        confusion={(gold_kind, kind): pairs[gold_kind, kind] for gold_kind in KINDS for kind in KINDS},
    )


def gold_questions(folder: Path | None = None) -> dict[str, dict[str, QuestionKind]]:
    """Return the experts' kind of each coach utterance, by dialogue; see tools.evaluation.annomi for the folder.

    Raises FileNotFoundError where the labels are absent, ValueError for a kind that is none of KINDS.
    """
    dialogues: dict[str, dict[str, QuestionKind]] = {}
    for row in annomi.read_rows((folder or annomi.directory()) / "gold_labels.csv"):
        if row["role"] == "coach" and row["question"]:
            dialogues.setdefault(row["transcript_id"], {})[row["utterance_id"]] = _kind(row["question"])
    return dialogues


def predicted_questions(file: Path) -> dict[str, QuestionKind]:
    """Read the kinds out of a file of `warehouse predictions`, without utterances that were not judged.

    Raises FileNotFoundError, and ValueError for a kind that is none of KINDS.
    """
    with file.open(newline="", encoding="utf-8") as handle:
        return {
            row["utterance_id"]: _kind(row["question"]) for row in csv.DictReader(handle) if row["question"]
        }


def half(dialogue: str) -> int:
    """Return 0 or 1: the half that a dialogue falls into, the same on every machine."""
    return hashlib.md5(dialogue.encode(), usedforsecurity=False).digest()[-1] % 2


def render(gold: Mapping[str, Mapping[str, QuestionKind]], predicted: Mapping[str, QuestionKind]) -> str:
    """Return the report's section in markdown: labels by dialogue, predictions by utterance.

    Raises ValueError as score_questions does.
    """
    everything = _together(gold)
    scores = score_questions(everything, predicted)
    rows = [("all", len(gold), scores)]
    for number in (0, 1):
        dialogues = {name: labels for name, labels in gold.items() if half(name) == number}
        if dialogues:
            rows.append((f"half {number}", len(dialogues), score_questions(_together(dialogues), predicted)))
    return "\n\n".join(
        [
            "## Coach questions: open, closed, none",
            f"{scores.count:,} coach utterances of {len(gold)} dialogues. The rules read one utterance at a "
            "time, without its dialogue. Goals: three-way macro-F1 "
            f"{MACRO_F1_GOAL:.2f}, question F1 {QUESTION_F1_GOAL:.2f}.",
            markdown_table(
                ("Dialogues", "number", "utterances", "macro-F1", "question F1"),
                [
                    (name, number, each.count, share(each.macro_f1), share(each.question.f1))
                    for name, number, each in rows
                ],
            ),
            markdown_table(
                ("Kind", "labelled", "precision", "recall", "F1"),
                [
                    (each.label, each.count, share(each.precision), share(each.recall), share(each.f1))
                    for each in (*scores.kinds, scores.question)
                ],
            ),
            "Experts' kind by row, the rules' kind by column:",
            markdown_table(
                ("", *KINDS),
                [(kind, *(scores.confusion[kind, found] for found in KINDS)) for kind in KINDS],
            ),
        ]
    )


def _asks(kind: QuestionKind) -> str:
    return "none" if kind == "none" else "question"


def _kind(word: str) -> QuestionKind:
    for kind in KINDS:
        if word == kind:
            return kind
    raise ValueError(f"unknown kind of question: {word}")


def _together(dialogues: Mapping[str, Mapping[str, QuestionKind]]) -> dict[str, QuestionKind]:
    return {utterance: kind for labels in dialogues.values() for utterance, kind in labels.items()}
