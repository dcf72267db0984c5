"""Stop asking a provider that is down or refuses the key, instead of waiting for it in every session."""

from dataclasses import dataclass


@dataclass
class CircuitBreaker:
    """Counts the sessions lost to the provider one after another."""

    limit: int
    """Sessions in a row after which nothing more is asked."""
    in_a_row: int = 0
    reason: str | None = None
    """Why nothing is asked any more; none while asking makes sense."""

    def lost(self, reason: str, *, is_final: bool) -> None:
        """Count a session that the provider failed; `is_final` when no later one can fare better."""
        self.in_a_row += 1
        if is_final or self.in_a_row >= self.limit:
            self.reason = self.reason or reason

    def answered(self) -> None:
        """Start to count anew, because the provider is there."""
        self.in_a_row = 0
