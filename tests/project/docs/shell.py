"""Runs the console lines of a page in a real shell."""

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from warehouse.paths import PROJECT_DIR

START_TIMEOUT_SECONDS = 180


class Shell:
    """`values` maps a variable, or the text around an ellipsis (…) in a page, to the text to use instead."""

    def __init__(self, environment: Mapping[str, str], values: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self.values = values

    def run(self, line: str, stdin: str = "") -> str:
        """Execute a line and return its output. An export applies to later lines."""
        if line.startswith("export "):
            for assignment in shlex.split(line)[1:]:
                name = assignment.partition("=")[0]
                self.environment[name] = self.values[name]
            return ""
        completed = subprocess.run(
            ["bash", "-c", self.complete(line)],
            cwd=PROJECT_DIR,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, f"{line}\n{completed.stdout}{completed.stderr}"
        return completed.stdout + completed.stderr

    @contextmanager
    def serving(self, line: str, url: str) -> Iterator[None]:
        """Run a command that serves a URL until the block ends."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {self.complete(line)}"],
            cwd=PROJECT_DIR,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                _wait_for(url)
                yield
            finally:
                os.killpg(process.pid, 15)

    def complete(self, line: str) -> str:
        for pattern, value in self.values.items():
            line = line.replace(pattern, value)
        assert "…" not in line, f"no value for the ellipsis in: {line}"
        return line


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_delay(START_TIMEOUT_SECONDS),
    wait=wait_fixed(0.1),
    reraise=True,
)
def _wait_for(url: str) -> None:
    httpx.get(url, timeout=5, verify=False)
