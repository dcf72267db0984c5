"""Processes that the demo started end with it, also when it is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tenacity import retry, retry_if_not_exception_type, stop_after_delay, wait_fixed

from warehouse.paths import PROJECT_DIR

TIMEOUT_SECONDS = 120
SERVES = """
from sample.demo import secrets, services
with services.api(secrets.demo_secrets()) as address:
    print(address, flush=True)
    input()
"""


@pytest.fixture
def demo(database_url: str, tmp_path: Path) -> subprocess.Popen[str]:
    """A process that serves the API as the demo does, until it reads a line."""
    return subprocess.Popen(
        [sys.executable, "-c", SERVES],
        cwd=PROJECT_DIR,
        env=os.environ | {"DATABASE_URL": database_url, "WAREHOUSE_HOME": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@retry(
    retry=retry_if_not_exception_type(httpx.ConnectError),
    stop=stop_after_delay(TIMEOUT_SECONDS),
    wait=wait_fixed(0.1),
)
def wait_until_gone(address: str) -> None:
    """Send requests until the connection is refused."""
    httpx.get(f"{address}/health/live", timeout=5, verify=False)
    raise AssertionError("still running")


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_api__ends_with_the_demo(demo: subprocess.Popen[str], sign: signal.Signals) -> None:
    assert demo.stdout is not None
    address = demo.stdout.readline().strip()
    assert httpx.get(f"{address}/health/live", timeout=60).status_code == 200
    demo.send_signal(sign)
    demo.communicate()
    with pytest.raises(httpx.ConnectError):
        wait_until_gone(address)
