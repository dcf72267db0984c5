"""Deadline of a session."""

import asyncio


class Deadline:
    """Starts with the first request, so that time spent waiting for a concurrency slot does not count.

    Reschedules `timeout` and must be used within the event loop that runs it.
    """

    def __init__(self, seconds: float, timeout: asyncio.Timeout) -> None:
        self._seconds = seconds
        self._timeout = timeout
        self._expires_at: float | None = None

    def start(self) -> None:
        """Start the deadline; further calls have no effect."""
        if self._expires_at is None:
            self._expires_at = asyncio.get_running_loop().time() + self._seconds
            self._timeout.reschedule(self._expires_at)

    def remaining(self) -> float:
        """Return the remaining seconds; negative after expiry."""
        if self._expires_at is None:
            return self._seconds
        return self._expires_at - asyncio.get_running_loop().time()
