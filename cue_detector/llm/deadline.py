"""The time that a session has, from its first request on."""

import asyncio


class Deadline:
    """Starts to run when the first request is made, so that waiting for one's turn costs no time.

    Use within the event loop that runs `limit`, the time-out that it moves.
    """

    def __init__(self, seconds: float, limit: asyncio.Timeout) -> None:
        """Allow so many seconds."""
        self._seconds = seconds
        self._limit = limit
        self._at: float | None = None

    def start(self) -> None:
        """Start the time, once."""
        if self._at is None:
            self._at = asyncio.get_running_loop().time() + self._seconds
            self._limit.reschedule(self._at)

    def left(self) -> float:
        """Return the seconds left; below 0 when it has passed."""
        return self._seconds if self._at is None else self._at - asyncio.get_running_loop().time()
