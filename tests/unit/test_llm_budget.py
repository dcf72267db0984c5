"""Spending caps."""

from datetime import date

import pytest

from cue_detector.llm.budget import BudgetExhaustedError, TokenBudget

DAY = date(2026, 11, 22)


def budget(per_run: int = 100, per_day: int = 1000, spent_today: int = 0) -> TokenBudget:
    return TokenBudget(per_run, per_day, spent_today, lambda: DAY)


def test_token_budget__fits_up_to_the_cap_and_not_beyond() -> None:
    one = budget()
    one.reserve(60)
    one.reserve(40)
    with pytest.raises(BudgetExhaustedError, match="run"):
        one.reserve(1)


def test_token_budget__what_is_not_spent_is_given_back() -> None:
    one = budget()
    one.reserve(100)
    one.settle(100, 30)
    one.reserve(70)
    with pytest.raises(BudgetExhaustedError):
        one.reserve(1)
    assert one.spent == 30


def test_token_budget__earlier_runs_of_the_day_count() -> None:
    one = budget(per_day=150, spent_today=100)
    one.reserve(50)
    with pytest.raises(BudgetExhaustedError, match="day"):
        one.reserve(1)


def test_token_budget__a_new_day_starts_at_nothing() -> None:
    days = [DAY]
    one = TokenBudget(1000, 100, 100, lambda: days[-1])
    with pytest.raises(BudgetExhaustedError):
        one.reserve(1)
    days.append(date(2026, 11, 23))
    one.reserve(100)
