"""A shell into which a test types what a page tells to type."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from warehouse.paths import PROJECT_DIR

PATIENCE_SECONDS = 180


class Shell:
    """What a page leaves out with … is filled in from `given`, by the words before and after it."""

    def __init__(self, environment: Mapping[str, str], given: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self.given = given

    def type(self, line: str, answer: str = "") -> str:
        """Execute a line; what it prints. An export holds for the lines after it."""
        if line.startswith("export "):
            for assignment in shlex.split(line)[1:]:
                name = assignment.partition("=")[0]
                self.environment[name] = self.given[name]
            return ""
        ran = subprocess.run(
            ["bash", "-c", self.filled(line)],
            cwd=PROJECT_DIR,
            env=self.environment,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
        return ran.stdout + ran.stderr

    @contextmanager
    def keep_running(self, line: str, address: str) -> Iterator[None]:
        """Execute a line that serves an address, until the block ends."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {self.filled(line)}"],
            cwd=PROJECT_DIR,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                _wait_for(address)
                yield
            finally:
                os.killpg(process.pid, 15)

    def filled(self, line: str) -> str:
        """The line with everything given put in; nothing may be left out."""
        for pattern, value in self.given.items():
            line = line.replace(pattern, value)
        assert not re.search("…", line), f"left out and not given: {line}"
        return line


@retry(
    retry=retry_if_exception_type(httpx.TransportError),
    stop=stop_after_delay(PATIENCE_SECONDS),
    wait=wait_fixed(0.1),
    reraise=True,
)
def _wait_for(address: str) -> None:
    httpx.get(address, timeout=5, verify=False)
