"""Stops requests to a provider that is unavailable or rejects the API key."""

from dataclasses import dataclass


@dataclass
class CircuitBreaker:
    """Opens after `threshold` consecutive sessions with a provider failure; stays open for the run."""

    threshold: int
    consecutive_failures: int = 0
    open_reason: str | None = None
    """Why the breaker is open; None while it is closed."""

    def record_failure(self, reason: str, *, is_permanent: bool) -> None:
        """Count a failed session; a permanent failure opens the breaker immediately."""
        self.consecutive_failures += 1
        if is_permanent or self.consecutive_failures >= self.threshold:
            self.open_reason = self.open_reason or reason

    def record_success(self) -> None:
        """Reset the count of consecutive failures."""
        self.consecutive_failures = 0
