"""Resources shared by the processes of a test run: created by the first user, removed by the last."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def shared(state_file: Path, make: Callable[[], str], remove: Callable[[str], None]) -> Iterator[str]:
    """Yield the result of `make` in the first process; the file `state_file` passes it to the others.

    Other processes wait while it is created.
    """
    with _locked(state_file) as uses:
        if not uses["users"]:
            uses["made"] = make()
        uses["users"] += 1
    try:
        yield uses["made"]
    finally:
        with _locked(state_file) as uses:
            uses["users"] -= 1
            if not uses["users"]:
                remove(uses["made"])


@contextmanager
def _locked(state_file: Path) -> Iterator[dict[str, Any]]:
    """Lock the file and yield its content, which is written back unless the block fails."""
    with state_file.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        uses: dict[str, Any] = json.loads(file.read() or '{"users": 0}')
        yield uses
        file.truncate(0)
        file.write(json.dumps(uses))
