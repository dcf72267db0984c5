"""Token limits per run and per day. Tokens are reserved before a request, so a limit is never exceeded."""

from collections.abc import Callable
from datetime import UTC, date, datetime


class BudgetExhaustedError(Exception):
    """The request could exceed a token limit; the remaining work is deferred to the next run."""


def today() -> date:
    """Return the current UTC date, which spending is attributed to."""
    return datetime.now(UTC).date()


class TokenBudget:
    """Tracks spent tokens and the tokens reserved by requests in flight."""

    def __init__(
        self, per_run: int, per_day: int, spent_today: int, current_date: Callable[[], date] = today
    ) -> None:
        """Start a run; `spent_today` are the tokens spent by earlier runs of the date."""
        self._per_run = per_run
        self._per_day = per_day
        self._run_spent = 0
        self._day_spent = spent_today
        self._reserved = 0
        self._current_date = current_date
        self._spending_date = current_date()

    def reserve(self, tokens: int) -> None:
        """Reserve tokens for a request; raises BudgetExhaustedError if a limit could be exceeded."""
        self._reset_on_new_date()
        run, day = self._run_spent + self._reserved + tokens, self._day_spent + self._reserved + tokens
        if run > self._per_run:
            raise BudgetExhaustedError("token limit per run reached")
        if day > self._per_day:
            raise BudgetExhaustedError("token limit per day reached")
        self._reserved += tokens

    def settle(self, reserved: int, spent: int) -> None:
        """Release a reservation and record the tokens that were spent."""
        self._reset_on_new_date()
        self._reserved -= reserved
        self._run_spent += spent
        self._day_spent += spent

    @property
    def spent(self) -> int:
        """Tokens spent by this run."""
        return self._run_spent

    def _reset_on_new_date(self) -> None:
        if self._current_date() != self._spending_date:
            self._spending_date = self._current_date()
            self._day_spent = 0
