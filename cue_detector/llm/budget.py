"""Spending caps in tokens, per run and per day. A request is made only when it surely fits."""

from collections.abc import Callable
from datetime import UTC, date, datetime


class BudgetExhaustedError(Exception):
    """The request would pass a cap; what is left waits for the next run."""


def today() -> date:
    """Return the day (UTC) that spending counts for."""
    return datetime.now(UTC).date()


class TokenBudget:
    """Counts what was spent and what requests under way may still spend."""

    def __init__(self, per_run: int, per_day: int, spent_today: int, day: Callable[[], date] = today) -> None:
        """Start a run; `spent_today` is what earlier runs of this day spent."""
        self._per_run = per_run
        self._per_day = per_day
        self._run_spent = 0
        self._day_spent = spent_today
        self._reserved = 0
        self._day = day
        self._counted_day = day()

    def reserve(self, tokens: int) -> None:
        """Set tokens aside before a request; raises BudgetExhaustedError when a cap could be passed."""
        self._turn_day()
        run, day = self._run_spent + self._reserved + tokens, self._day_spent + self._reserved + tokens
        if run > self._per_run:
            raise BudgetExhaustedError("the token cap of this run is reached")
        if day > self._per_day:
            raise BudgetExhaustedError("the token cap of this day is reached")
        self._reserved += tokens

    def settle(self, reserved: int, spent: int) -> None:
        """Give back what was set aside and count what was really spent."""
        self._turn_day()
        self._reserved -= reserved
        self._run_spent += spent
        self._day_spent += spent

    @property
    def spent(self) -> int:
        """Tokens spent by this run."""
        return self._run_spent

    def _turn_day(self) -> None:
        if self._day() != self._counted_day:
            self._counted_day = self._day()
            self._day_spent = 0
