"""The real service in a process of its own, and callers with every kind of credential."""

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
PATIENCE_SECONDS = 120


@dataclass
class Service:
    """A running service: where it answers and what it has printed."""

    address: str
    process: subprocess.Popen[bytes]
    output: Path
    clients: list[httpx.Client] = field(default_factory=list)

    def as_coach(self, coach_id: UUID, **headers: str) -> httpx.Client:
        """A caller with both credentials of this coach."""
        token = demo_token(coach_id, JWT_SECRET)
        return self.anonymous(**{"X-API-Key": API_KEY, "Authorization": f"Bearer {token}", **headers})

    def anonymous(self, **headers: str) -> httpx.Client:
        """A caller with only the headers given."""
        # it speaks no TLS: to read the certificates of this machine would cost more than the requests
        client = httpx.Client(base_url=self.address, headers=headers, timeout=15, verify=False)
        self.clients.append(client)
        return client

    def printed(self) -> str:
        """All that the service wrote to its output so far."""
        return self.output.read_text()

    def lines(self, event: str = "request") -> list[dict[str, Any]]:
        """Its log lines of one kind."""
        # the last one may be half written
        parsed = [orjson.loads(line) for line in self.printed().rpartition("\n")[0].splitlines()]
        return [line for line in parsed if line.get("event") == event]

    def line(self, **values: Any) -> dict[str, Any]:
        """The newest log line of a request that has these values; it is written after the answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := [line for line in self.lines() if values.items() <= line.items()]):
            assert time.monotonic() < deadline, f"no request left a line with {values}"
            time.sleep(0.02)
        return found[-1]

    def stop(self, sign: int = signal.SIGTERM) -> int:
        """End it; its exit code."""
        self.process.send_signal(sign)
        return self.process.wait(PATIENCE_SECONDS)


@contextmanager
def serve(folder: Path, database_url: str, port: int = 0, /, **settings: str) -> Iterator[Service]:
    """Run `uvicorn api.main:app` with these settings, as the API's role, until the block ends."""
    port = port or free_port()
    given = {
        "DATABASE_URL": database_url,
        "API_KEYS": f"{API_KEY},{SECOND_API_KEY}",
        "SUPABASE_JWT_SECRET": JWT_SECRET,
        "API_RATE_LIMIT_PER_COACH": "none",
        "API_RATE_LIMIT_PER_ADDRESS": "none",
        **settings,
    }
    output = folder / f"api-{port}.log"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "api.main:app", "--host", "127.0.0.1", "--port", str(port)],
            cwd=PROJECT_DIR,
            env=_without_log_ins() | given,
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


def _without_log_ins() -> dict[str, str]:
    """This process' environment, but no log-in of a role: the service shall use the test's own database."""
    return {name: value for name, value in os.environ.items() if not name.endswith("_DATABASE_URL")}


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refusal(**settings: str) -> str:
    """What the service prints when it does not start with these settings alone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "WAREHOUSE_HOME") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-m", "uvicorn", "api.main:app", "--port", "0"],
        cwd=PROJECT_DIR,
        env=kept | settings,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert result.returncode != 0
    return result.stdout + result.stderr


def _await(service: Service) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert service.process.poll() is None, service.printed()
        try:
            httpx.get(f"{service.address}/health/live", timeout=1, verify=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(service.printed())
