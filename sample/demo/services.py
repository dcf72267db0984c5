"""Starts and stops the processes of the demo."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from sample.demo.secrets import DemoSecrets, demo_secrets
from sample.demo.summary import Served, demo_coach
from sample.demo.token import demo_token
from warehouse.connection import environment
from warehouse.paths import PROJECT_DIR

START_TIMEOUT_SECONDS = 180


def free_port(preferred: int) -> int:
    """Return the preferred port if it is free, else any free port."""
    for port in (preferred, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no free port")


@contextlib.contextmanager
def served(with_ui: bool) -> Iterator[Served]:
    """Serve the API and optionally the Dagster UI while the block runs, with a token for the demo coach."""
    secrets = demo_secrets()
    token = demo_token(demo_coach(), secrets.jwt_secret)
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(api(secrets))
        ui = stack.enter_context(dagster_ui()) if with_ui else None
        yield Served(address, ui, secrets.api_key, token)


@contextlib.contextmanager
def api(secrets: DemoSecrets) -> Iterator[str]:
    """Serve the REST API on loopback while the block runs; yields its address."""
    port = free_port(8000)
    arguments = [
        "uvicorn",
        "api.main:app",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-access-log",
        "--timeout-graceful-shutdown",
        "30",
    ]
    settings = {
        "API_KEYS": secrets.api_key,
        "SUPABASE_JWT_SECRET": secrets.jwt_secret,
        "API_DASHBOARD_ENABLED": "true",
    }
    address = f"http://127.0.0.1:{port}"
    with _process(arguments, settings, "api.log") as process:
        _await(f"{address}/health/live", process, "api.log")
        yield address


@contextlib.contextmanager
def dagster_ui() -> Iterator[str]:
    """Serve the Dagster UI while the block runs; yields its address."""
    port = free_port(3000)
    home = PROJECT_DIR / ".dagster"
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text((PROJECT_DIR / "deploy" / "dagster-local.yaml").read_text())
    arguments = ["dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    address = f"http://127.0.0.1:{port}"
    settings = {
        "DAGSTER_HOME": str(home),
        # the new command `dg dev` needs another package and another project layout
        "PYTHONWARNINGS": "ignore:Function `dev_command` is superseded:FutureWarning",
    }
    with _process(arguments, settings, "dagster.log") as process:
        _await(f"{address}/server_info", process, "dagster.log")
        yield address


@contextlib.contextmanager
def _process(arguments: list[str], settings: dict[str, str], log: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module; it and its children are ended when the block ends."""
    logs = PROJECT_DIR / "logs"
    logs.mkdir(exist_ok=True)
    with (logs / log).open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sample.demo.parent_watchdog", *arguments],
            cwd=PROJECT_DIR,
            env=os.environ | environment() | settings,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            # closes the pipe, so that parent_watchdog ends the process, and waits for it
            process.communicate()


def _await(address: str, process: subprocess.Popen[bytes], log: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own loopback address
            return
        time.sleep(0.1)
    raise RuntimeError(f"{address} did not start; see logs/{log}.")
