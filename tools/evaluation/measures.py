"""Small measures and table helpers for the evaluation report."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one label was found; shares are 0-1."""

    label: str
    count: int
    precision: float
    recall: float
    f1: float


def class_scores(gold: Sequence[str], found: Sequence[str], labels: Sequence[str]) -> list[ClassScore]:
    """Return the scores of each label; a share without a base is 0."""
    pairs = Counter(zip(gold, found, strict=True))
    scores = []
    for label in labels:
        right = pairs[label, label]
        said = sum(pairs[other, label] for other in labels)
        there = sum(pairs[label, other] for other in labels)
        precision = right / said if said else 0.0
        recall = right / there if there else 0.0
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        scores.append(ClassScore(label, there, precision, recall, f1))
    return scores


def macro_f1(gold: Sequence[str], found: Sequence[str], labels: Sequence[str]) -> float:
    """Return the mean of the labels' F1, 0-1."""
    scores = class_scores(gold, found, labels)
    return sum(score.f1 for score in scores) / len(scores)


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive case scores higher than a negative one; a tie counts half."""
    # a tie's ranks are shared, which counts it half
    ranks = pd.Series([*positive, *negative]).rank()[: len(positive)]
    wins = float(ranks.sum()) - len(positive) * (len(positive) + 1) / 2
    return wins / (len(positive) * len(negative))


def binned_error(probabilities: Sequence[float], is_right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error, 0-1: mean distance of probability and share, over equal bins."""
    answers = pd.DataFrame({"probability": probabilities, "is_right": is_right})
    places = (answers["probability"] * bins).astype(int).clip(upper=bins - 1)
    of_bin = answers.groupby(places).sum()
    return float((of_bin["probability"] - of_bin["is_right"]).abs().sum()) / len(answers)


def precision_interval(right: int, total: int) -> tuple[float, float]:
    """Return the Wilson 95 % interval of a share; `total` above 0."""
    z = 1.96
    share = right / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return centre - half, centre + half


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in markdown; the first column to the left, the others to the right."""
    lines = [f"| {' | '.join(header)} |", f"|---{'|---:' * (len(header) - 1)}|"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def share(value: float | None) -> str:
    """Return a share or score with 3 decimals, or a dash."""
    return "-" if value is None else f"{value:.3f}"
