import pytest

from tools.evaluation.measures import (
    area_under_curve,
    calibration_error,
    class_scores,
    format_score,
    macro_f1,
    markdown_table,
)

LABELS = ("a", "b")


def test_class_scores__have_precision_and_recall() -> None:
    first, second = class_scores(["a", "a", "a", "b"], ["a", "a", "b", "b"], LABELS)
    assert (first.count, first.precision) == (3, 1.0)
    assert first.recall == pytest.approx(2 / 3)
    assert first.f1 == pytest.approx(0.8)
    assert (second.count, second.precision, second.recall) == (1, 0.5, 1.0)


def test_macro_f1__counts_a_label_that_is_never_predicted_as_zero() -> None:
    assert macro_f1(["a", "b"], ["a", "a"], LABELS) == pytest.approx((2 / 3 + 0) / 2)


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [([2.0, 3.0], [0.0, 1.0], 1.0), ([0.0], [1.0], 0.0), ([1.0, 1.0], [1.0], 0.5), ([1.0, 3.0], [2.0], 0.5)],
)
def test_area_under_curve__is_the_fraction_of_correctly_ordered_pairs(
    positive: list[float], negative: list[float], area: float
) -> None:
    assert area_under_curve(positive, negative) == area


def test_calibration_error__is_the_distance_of_probability_and_frequency() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([0.95] * 2, [False, False]) == pytest.approx(0.95)
    assert calibration_error([1.0], [True]) == pytest.approx(0)


def test_markdown_table__has_one_line_per_row() -> None:
    assert markdown_table(("x", "y"), [("a", 1)]).splitlines() == ["| x | y |", "|---|---:|", "| a | 1 |"]


def test_format_score__of_none_is_a_dash() -> None:
    assert (format_score(None), format_score(0.12345)) == ("-", "0.123")
