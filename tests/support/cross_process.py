"""What all processes of a test run use together: the first that needs it makes it, the last removes it."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def shared(note: Path, make: Callable[[], str], remove: Callable[[str], None]) -> Iterator[str]:
    """What `make` gave in the process that came first; `note` is a file that tells the others.

    Who comes while it is being made waits.
    """
    with _alone(note) as uses:
        if not uses["users"]:
            uses["made"] = make()
        uses["users"] += 1
    try:
        yield uses["made"]
    finally:
        with _alone(note) as uses:
            uses["users"] -= 1
            if not uses["users"]:
                remove(uses["made"])


@contextmanager
def _alone(note: Path) -> Iterator[dict[str, Any]]:
    """What the note says, to be changed while no other process looks; unchanged when the block fails."""
    with note.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        uses: dict[str, Any] = json.loads(file.read() or '{"users": 0}')
        yield uses
        file.truncate(0)
        file.write(json.dumps(uses))
