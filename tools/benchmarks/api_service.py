"""The measured API service: a separate process with one worker and default settings, except rate limits."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

KEY = "key-of-the-benchmark-key-of-the-benchmark"
SECRET = "secret-of-the-benchmark-secret-of-the-benchmark"  # noqa: S105 - of the benchmark's own service
UNLIMITED = "1000000000/minute"
"""Counted as usual, but never reached."""
START_TIMEOUT_SECONDS = 60


@contextlib.contextmanager
def service(url: str, *, audited: bool) -> Iterator[int]:
    """Run one worker on the database and yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {
        "DATABASE_URL": url,
        "API_DATABASE_URL": "",
        "API_KEYS": KEY,
        "SUPABASE_JWT_SECRET": SECRET,
        "API_AUDIT_ENABLED": str(audited),
        "API_RATE_LIMIT_PER_COACH": UNLIMITED,
        "API_RATE_LIMIT_PER_ADDRESS": UNLIMITED,
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "tools.benchmarks.api_app:app", "--port", str(port)],
            env=os.environ | settings,
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parents[2],
        )
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/health/live")
            yield port
        finally:
            process.terminate()
            process.wait()


def _wait_until_up(address: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address).close()  # noqa: S310 - the address above
            return
        time.sleep(0.1)
    sys.exit("bench-api: the service did not start")
