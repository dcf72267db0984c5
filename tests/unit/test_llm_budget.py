from datetime import date

import pytest

from cue_detector.llm.budget import BudgetExhaustedError, TokenBudget

DATE = date(2026, 11, 22)


def budget(per_run: int = 100, per_day: int = 1000, spent_today: int = 0) -> TokenBudget:
    return TokenBudget(per_run, per_day, spent_today, lambda: DATE)


def test_token_budget__allows_reservations_up_to_the_limit() -> None:
    token_budget = budget()
    token_budget.reserve(60)
    token_budget.reserve(40)
    with pytest.raises(BudgetExhaustedError, match="per run"):
        token_budget.reserve(1)


def test_token_budget__releases_unspent_tokens() -> None:
    token_budget = budget()
    token_budget.reserve(100)
    token_budget.settle(100, 30)
    token_budget.reserve(70)
    with pytest.raises(BudgetExhaustedError):
        token_budget.reserve(1)
    assert token_budget.spent == 30


def test_token_budget__counts_earlier_runs_of_the_date() -> None:
    token_budget = budget(per_day=150, spent_today=100)
    token_budget.reserve(50)
    with pytest.raises(BudgetExhaustedError, match="per day"):
        token_budget.reserve(1)


def test_token_budget__resets_on_a_new_date() -> None:
    dates = [DATE]
    token_budget = TokenBudget(1000, 100, 100, lambda: dates[-1])
    with pytest.raises(BudgetExhaustedError):
        token_budget.reserve(1)
    dates.append(date(2026, 11, 23))
    token_budget.reserve(100)
