"""Measure the redaction on the cases kept with the tests: `python -m tools.evaluation.redaction [CASES]`.

The cases were written before the rules. Odd ones ("tune") may be looked at while rules change; even ones
("held_out") only count. "attack" was written against the finished rules, which then learnt from it.
"""

import csv
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from cue_detector.redaction import find
from tools.evaluation.measures import share

CASES = Path(__file__).parents[2] / "tests" / "data" / "redaction_cases.csv"


@dataclass
class Score:
    """Counts of one kind or part."""

    secrets: int = 0
    """What had to go."""
    removed: int = 0
    """Secrets that are gone completely."""
    redactions: int = 0
    """Stretches that were taken out."""
    right: int = 0
    """Of these, those that touch a secret."""
    clean_texts: int = 0
    """Texts without any secret."""
    clean_untouched: int = 0
    """Of these, those left as they were."""

    @property
    def recall(self) -> float | None:
        """Share of the secrets removed, 0-1; none without secrets."""
        return self.removed / self.secrets if self.secrets else None

    @property
    def precision(self) -> float | None:
        """Share of the redactions that were due, 0-1; none without redactions."""
        return self.right / self.redactions if self.redactions else None


@dataclass(frozen=True)
class Case:
    """A text and what must vanish from it."""

    case_id: str
    part: str
    kind: str
    text: str
    secrets: tuple[str, ...]


def read_cases(path: Path = CASES) -> list[Case]:
    """Read the cases; a secret that its text does not have is an error."""
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
            raise ValueError(f"case {case.case_id} names a secret that its text does not have")
    return cases


def score_case(case: Case, score: Score) -> bool:
    """Add a case to a score; true when everything about it was right."""
    found = find(case.text)
    spans = [(start := case.text.index(secret), start + len(secret)) for secret in case.secrets]
    removed = sum(_is_covered(span, [(f.start, f.end) for f in found]) for span in spans)
    right = sum(any(f.start < end and f.end > start for start, end in spans) for f in found)
    score.secrets += len(spans)
    score.removed += removed
    score.redactions += len(found)
    score.right += right
    score.clean_texts += not spans
    score.clean_untouched += not spans and not found
    return removed == len(spans) and right == len(found)


def measure(cases: list[Case]) -> dict[str, Score]:
    """Return the score of all cases, of each part and of each kind."""
    scores: dict[str, Score] = defaultdict(Score)
    for case in cases:
        for group in ("all", case.part, case.kind):
            score_case(case, scores[group])
    return dict(scores)


def report(scores: dict[str, Score]) -> str:
    """Return the scores as a markdown table."""
    lines = [
        "| Cases | Secrets | Recall | Redactions | Precision | Clean texts left untouched |",
        "|---|---|---|---|---|---|",
    ]
    for group, score in scores.items():
        lines.append(
            f"| {group} | {score.secrets} | {share(score.recall)} | {score.redactions} "
            f"| {share(score.precision)} | {score.clean_untouched} of {score.clean_texts} |"
        )
    return "\n".join(lines)


def _is_covered(span: tuple[int, int], found: list[tuple[int, int]]) -> bool:
    inside = [max(0, min(span[1], end) - max(span[0], start)) for start, end in found]
    return sum(inside) == span[1] - span[0]


def main() -> None:
    """Print the table."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else CASES
    print(report(measure(read_cases(path))))


if __name__ == "__main__":
    main()
