"""Evaluates redaction on the test cases: `python -m tools.evaluation.redaction [CASES]`.

The cases were written before the rules. Part `tune` was used during development, part `held_out` only for
evaluation. Part `attack` was written against the finished rules, which were then improved.
"""

import csv
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from cue_detector.redaction import find_personal_data
from tools.evaluation.measures import format_score

CASES = Path(__file__).parents[2] / "tests" / "data" / "redaction_cases.csv"


@dataclass
class Score:
    """Counts of one group of cases."""

    secrets: int = 0
    """Personal data in the texts."""
    removed: int = 0
    """Secrets that are redacted completely."""
    redactions: int = 0
    correct: int = 0
    """Redactions that overlap a secret."""
    clean_texts: int = 0
    """Texts without a secret."""
    clean_untouched: int = 0
    """Texts without a secret and without a redaction."""

    @property
    def recall(self) -> float | None:
        """Fraction of secrets removed, 0-1; None without secrets."""
        return self.removed / self.secrets if self.secrets else None

    @property
    def precision(self) -> float | None:
        """Fraction of correct redactions, 0-1; None without redactions."""
        return self.correct / self.redactions if self.redactions else None


@dataclass(frozen=True)
class Case:
    """A text and its secrets."""

    case_id: str
    part: str
    kind: str
    text: str
    secrets: tuple[str, ...]


def read_cases(path: Path = CASES) -> list[Case]:
    """Read the cases; raises ValueError if a text does not contain its secret."""
    with path.open(encoding="utf-8", newline="") as file:
        cases = [
            Case(
                row["case_id"],
                row["part"],
                row["kind"],
                row["text"],
                tuple(filter(None, row["secrets"].split("|"))),
            )
            for row in csv.DictReader(file)
        ]
    for case in cases:
        if any(secret not in case.text for secret in case.secrets):
            raise ValueError(f"the text of case {case.case_id} does not contain its secret")
    return cases


def score_case(case: Case, score: Score) -> None:
    """Add a case to a score."""
    findings = find_personal_data(case.text)
    spans = [(start := case.text.index(secret), start + len(secret)) for secret in case.secrets]
    removed = sum(_is_covered(span, [(f.start, f.end) for f in findings]) for span in spans)
    correct = sum(any(f.start < end and f.end > start for start, end in spans) for f in findings)
    score.secrets += len(spans)
    score.removed += removed
    score.redactions += len(findings)
    score.correct += correct
    score.clean_texts += not spans
    score.clean_untouched += not spans and not findings


def measure(cases: list[Case]) -> dict[str, Score]:
    """Return the scores of all cases, of each part and of each kind."""
    scores: dict[str, Score] = defaultdict(Score)
    for case in cases:
        for group in ("all", case.part, case.kind):
            score_case(case, scores[group])
    return dict(scores)


def report(scores: dict[str, Score]) -> str:
    """Return the scores as a Markdown table."""
    lines = [
        "| Cases | Secrets | Recall | Redactions | Precision | Clean texts left untouched |",
        "|---|---|---|---|---|---|",
    ]
    for group, score in scores.items():
        lines.append(
            f"| {group} | {score.secrets} | {format_score(score.recall)} | {score.redactions} "
            f"| {format_score(score.precision)} | {score.clean_untouched} of {score.clean_texts} |"
        )
    return "\n".join(lines)


def _is_covered(span: tuple[int, int], redactions: list[tuple[int, int]]) -> bool:
    overlaps = [max(0, min(span[1], end) - max(span[0], start)) for start, end in redactions]
    return sum(overlaps) == span[1] - span[0]


def main() -> None:
    """Print the table."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else CASES
    print(report(measure(read_cases(path))))


if __name__ == "__main__":
    main()
