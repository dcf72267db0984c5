"""Directories for embedded servers of single tests."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from warehouse import embedded
from warehouse.connection import LoginRole

FAST = "-c fsync=off -c full_page_writes=off -c shared_buffers=16MB"


@contextmanager
def server_home(name: str = "home") -> Iterator[Path]:
    """Set WAREHOUSE_HOME to a directory that every account can enter; its server is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="coaching-test-", dir="/tmp") as directory:
        Path(directory).chmod(0o755)
        with pytest.MonkeyPatch.context() as patch:
            for role in LoginRole:
                patch.delenv(role.variable, raising=False)
            patch.setenv("WAREHOUSE_HOME", str(Path(directory, name)))
            patch.setenv("WAREHOUSE_SERVER_OPTIONS", FAST)
            try:
                yield Path(directory, name)
            finally:
                embedded.remove()


def is_root() -> bool:
    return os.geteuid() == 0
