"""Runs the service in a separate process and creates clients with various credentials."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson

from sample.demo.token import demo_token
from warehouse.paths import PROJECT_DIR

PREFIX = "/api/v1/analytics"
API_KEY = "first-key-of-the-calling-back-end-0001"
SECOND_API_KEY = "second-key-of-the-calling-back-end-0002"
JWT_SECRET = "the-secret-of-the-tests-project-is-long-enough"
TIMEOUT_SECONDS = 120


@dataclass
class Service:
    base_url: str
    process: subprocess.Popen[bytes]
    output_path: Path
    clients: list[httpx.Client] = field(default_factory=list)

    def as_coach(self, coach_id: UUID, **headers: str) -> httpx.Client:
        """A client with both credentials of this coach."""
        token = demo_token(coach_id, JWT_SECRET)
        return self.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {token}", **headers})

    def anonymous(self, **headers: str) -> httpx.Client:
        """A client with these headers only."""
        # The service uses no TLS; loading the machine's certificates would take longer than the requests.
        client = httpx.Client(base_url=self.base_url, headers=headers, timeout=15, verify=False)
        self.clients.append(client)
        return client

    def output(self) -> str:
        """Standard output and standard error so far."""
        return self.output_path.read_text()

    def log_lines(self, event: str = "request") -> list[dict[str, Any]]:
        """Log lines of one event."""
        # The last line may be incomplete.
        parsed = [orjson.loads(line) for line in self.output().rpartition("\n")[0].splitlines()]
        return [line for line in parsed if line.get("event") == event]

    def log_line(self, **values: Any) -> dict[str, Any]:
        """The newest request line with these values. Waits, as it is written after the response."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not (found := [line for line in self.log_lines() if values.items() <= line.items()]):
            assert time.monotonic() < deadline, f"no request line with {values}"
            time.sleep(0.02)
        return found[-1]

    def stop(self, sign: int = signal.SIGTERM) -> int:
        """Stops the process and returns its exit code."""
        self.process.send_signal(sign)
        return self.process.wait(TIMEOUT_SECONDS)


@contextmanager
def serve(log_dir: Path, database_url: str, port: int = 0, /, **settings: str) -> Iterator[Service]:
    """Runs `uvicorn api.main:app` with these settings, as the API's role."""
    port = port or free_port()
    environment = {
        "DATABASE_URL": database_url,
        "API_KEYS": f"{API_KEY},{SECOND_API_KEY}",
        "SUPABASE_JWT_SECRET": JWT_SECRET,
        "API_RATE_LIMIT_PER_COACH": "none",
        "API_RATE_LIMIT_PER_ADDRESS": "none",
        **settings,
    }
    output = log_dir / f"api-{port}.log"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "api.main:app", "--host", "127.0.0.1", "--port", str(port)],
            cwd=PROJECT_DIR,
            env=_without_database_urls() | environment,
            stdout=stream,
            stderr=stream,
        )
    service = Service(f"http://127.0.0.1:{port}", process, output)
    try:
        _await(service)
        yield service
    finally:
        for client in service.clients:
            client.close()
        process.kill()
        process.wait()


def _without_database_urls() -> dict[str, str]:
    """The environment without database URLs of roles, so that the service uses the test's database."""
    return {name: value for name, value in os.environ.items() if not name.endswith("_DATABASE_URL")}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def startup_error(**settings: str) -> str:
    """Returns the output of a service that fails to start with these settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "WAREHOUSE_HOME") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-m", "uvicorn", "api.main:app", "--port", "0"],
        cwd=PROJECT_DIR,
        env=inherited | settings,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert result.returncode != 0
    return result.stdout + result.stderr


def _await(service: Service) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        assert service.process.poll() is None, service.output()
        try:
            httpx.get(f"{service.base_url}/health/live", timeout=1, verify=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(service.output())
