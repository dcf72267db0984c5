"""Folders for embedded servers of a test's own."""

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
    """A WAREHOUSE_HOME that every account can reach; its server is stopped and deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="coaching-test-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with pytest.MonkeyPatch.context() as patch:
            for party in LoginRole:
                patch.delenv(party.variable, raising=False)
            patch.setenv("WAREHOUSE_HOME", str(Path(folder, name)))
            patch.setenv("WAREHOUSE_SERVER_OPTIONS", FAST)
            try:
                yield Path(folder, name)
            finally:
                embedded.remove()


def is_root() -> bool:
    """Whether the tests run as root."""
    return os.geteuid() == 0
