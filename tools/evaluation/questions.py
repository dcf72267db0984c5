"""Scores the coach question rules against expert labels."""

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from tools.evaluation import annomi
from tools.evaluation.measures import ClassScore, class_scores, format_score, markdown_table

QuestionKind = Literal["open", "closed", "none"]
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)

MIN_MACRO_F1 = 0.78
MIN_QUESTION_F1 = 0.90


@dataclass(frozen=True, slots=True)
class QuestionScores:
    """Scores of the three-way classification, 0-1."""

    count: int
    kinds: tuple[ClassScore, ...]
    """One per kind, in the order of KINDS."""
    question: ClassScore
    """Open or closed question against none."""
    macro_f1: float
    """Mean F1 of the three kinds."""
    confusion: Mapping[tuple[QuestionKind, QuestionKind], int]
    """Counts by (expert kind, predicted kind)."""


def score_questions(
    gold: Mapping[str, QuestionKind], predicted: Mapping[str, QuestionKind]
) -> QuestionScores:
    """Score predictions (kind by utterance id) against expert labels; ignores unlabelled utterances.

    Raises ValueError if there is no label, a labelled utterance has no prediction, or a kind is unknown.
    """
    if not gold:
        raise ValueError("there are no labels to score against")
    missing = sum(utterance not in predicted for utterance in gold)
    if missing:
        raise ValueError(f"{missing} of {len(gold)} labelled utterances have no prediction")
    gold_kinds = [gold[utterance] for utterance in gold]
    predicted_kinds = [predicted[utterance] for utterance in gold]
    unknown = sorted({*gold_kinds, *predicted_kinds} - {*KINDS})
    if unknown:
        raise ValueError(f"unknown question kinds: {', '.join(unknown)}")
    kinds = tuple(class_scores(gold_kinds, predicted_kinds, KINDS))
    binary = class_scores(
        [_binary(kind) for kind in gold_kinds],
        [_binary(kind) for kind in predicted_kinds],
        ("question", "none"),
    )
    pairs = Counter(zip(gold_kinds, predicted_kinds, strict=True))
    return QuestionScores(
        count=len(gold_kinds),
        kinds=kinds,
        question=binary[0],
        macro_f1=sum(kind.f1 for kind in kinds) / len(kinds),
        confusion={(gold_kind, kind): pairs[gold_kind, kind] for gold_kind in KINDS for kind in KINDS},
    )


def gold_questions(directory: Path | None = None) -> dict[str, dict[str, QuestionKind]]:
    """Return the expert label of each coach utterance, by dialogue; defaults to annomi.data_directory().

    Raises FileNotFoundError if the labels do not exist, ValueError for an unknown kind.
    """
    dialogues: dict[str, dict[str, QuestionKind]] = {}
    for row in annomi.read_rows((directory or annomi.data_directory()) / "gold_labels.csv"):
        if row["role"] == "coach" and row["question"]:
            dialogues.setdefault(row["transcript_id"], {})[row["utterance_id"]] = _kind(row["question"])
    return dialogues


def predicted_questions(file: Path) -> dict[str, QuestionKind]:
    """Read the question kinds from a file of `warehouse predictions`; omits utterances without a prediction.

    Raises FileNotFoundError, or ValueError for an unknown kind.
    """
    with file.open(newline="", encoding="utf-8") as handle:
        return {
            row["utterance_id"]: _kind(row["question"]) for row in csv.DictReader(handle) if row["question"]
        }


def half(dialogue: str) -> int:
    """Return the half of the data set that a dialogue belongs to, 0 or 1; a hash of its id."""
    return hashlib.md5(dialogue.encode(), usedforsecurity=False).digest()[-1] % 2


def render(gold: Mapping[str, Mapping[str, QuestionKind]], predicted: Mapping[str, QuestionKind]) -> str:
    """Return the section of the report in Markdown; raises ValueError like score_questions."""
    scores = score_questions(_merge(gold), predicted)
    rows = [("all", len(gold), scores)]
    for number in (0, 1):
        dialogues = {name: labels for name, labels in gold.items() if half(name) == number}
        if dialogues:
            rows.append((f"half {number}", len(dialogues), score_questions(_merge(dialogues), predicted)))
    return "\n\n".join(
        [
            "## Coach questions: open, closed, none",
            f"{scores.count:,} coach utterances of {len(gold)} dialogues. The rules classify each utterance "
            f"without its context. Targets: three-way macro-F1 {MIN_MACRO_F1:.2f}, question F1 "
            f"{MIN_QUESTION_F1:.2f}.",
            markdown_table(
                ("Subset", "dialogues", "utterances", "macro-F1", "question F1"),
                [
                    (name, number, each.count, format_score(each.macro_f1), format_score(each.question.f1))
                    for name, number, each in rows
                ],
            ),
            markdown_table(
                ("Kind", "labelled", "precision", "recall", "F1"),
                [
                    (
                        each.label,
                        each.count,
                        format_score(each.precision),
                        format_score(each.recall),
                        format_score(each.f1),
                    )
                    for each in (*scores.kinds, scores.question)
                ],
            ),
            "Expert labels in rows, predictions in columns:",
            markdown_table(
                ("", *KINDS),
                [
                    (kind, *(scores.confusion[kind, predicted_kind] for predicted_kind in KINDS))
                    for kind in KINDS
                ],
            ),
        ]
    )


def _binary(kind: QuestionKind) -> str:
    return "none" if kind == "none" else "question"


def _kind(word: str) -> QuestionKind:
    for kind in KINDS:
        if word == kind:
            return kind
    raise ValueError(f"unknown question kind: {word}")


def _merge(dialogues: Mapping[str, Mapping[str, QuestionKind]]) -> dict[str, QuestionKind]:
    return {utterance: kind for labels in dialogues.values() for utterance, kind in labels.items()}
