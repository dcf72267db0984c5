"""Metrics and table formatting of the evaluation report."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Precision, recall and F1 of one label, 0-1."""

    label: str
    count: int
    precision: float
    recall: float
    f1: float


def class_scores(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> list[ClassScore]:
    """Return the scores of each label; a score with denominator 0 is 0."""
    pairs = Counter(zip(gold, predicted, strict=True))
    scores = []
    for label in labels:
        correct = pairs[label, label]
        predicted_count = sum(pairs[other, label] for other in labels)
        gold_count = sum(pairs[label, other] for other in labels)
        precision = correct / predicted_count if predicted_count else 0.0
        recall = correct / gold_count if gold_count else 0.0
        f1 = 2 * precision * recall / (precision + recall) if correct else 0.0
        scores.append(ClassScore(label, gold_count, precision, recall, f1))
    return scores


def macro_f1(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> float:
    """Return the mean F1 of the labels, 0-1."""
    scores = class_scores(gold, predicted, labels)
    return sum(score.f1 for score in scores) / len(scores)


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive case scores higher than a negative one; ties count half."""
    # rank() averages the ranks of ties, which counts them half
    ranks = pd.Series([*positive, *negative]).rank()[: len(positive)]
    wins = float(ranks.sum()) - len(positive) * (len(positive) + 1) / 2
    return wins / (len(positive) * len(negative))


def calibration_error(probabilities: Sequence[float], is_correct: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error, 0-1, over bins of equal width."""
    predictions = pd.DataFrame({"probability": probabilities, "is_correct": is_correct})
    bin_numbers = (predictions["probability"] * bins).astype(int).clip(upper=bins - 1)
    by_bin = predictions.groupby(bin_numbers).sum()
    return float((by_bin["probability"] - by_bin["is_correct"]).abs().sum()) / len(predictions)


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a proportion; `total` must be positive."""
    z = 1.96
    proportion = correct / total
    centre = (proportion + z * z / (2 * total)) / (1 + z * z / total)
    variance = proportion * (1 - proportion) / total + z * z / (4 * total * total)
    half_width = z / (1 + z * z / total) * math.sqrt(variance)
    return centre - half_width, centre + half_width


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; the first column is left-aligned, the others right-aligned."""
    lines = [f"| {' | '.join(header)} |", f"|---{'|---:' * (len(header) - 1)}|"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def format_score(value: float | None) -> str:
    """Return a score with 3 decimals, or a dash for None."""
    return "-" if value is None else f"{value:.3f}"
