"""dbt, pytest and dagster start in a fresh clone after `make setup`, without environment variables."""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sample.demo.services import free_port
from warehouse.paths import PROJECT_DIR

pytestmark = pytest.mark.slow
BARE_ENVIRONMENT = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}


class Clone:
    """A clone of the last commit with a virtual environment of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command in the clone; its output."""
        done = subprocess.run(
            command,
            cwd=self.directory,
            env=BARE_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout[-4000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def clone() -> Iterator[Clone]:
    """The clone after `make setup`; no server runs in it."""
    with tempfile.TemporaryDirectory(prefix="coaching-clone-", dir="/tmp") as parent:
        Path(parent).chmod(0o755)
        made = Clone(Path(parent, "clone"))
        subprocess.run(["git", "clone", "-q", PROJECT_DIR, made.directory], check=True)
        if (PROJECT_DIR / ".tools").exists():
            (made.directory / ".tools").symlink_to(PROJECT_DIR / ".tools")
        # the package registry may be configured by environment variables
        subprocess.run(["make", "setup"], cwd=made.directory, check=True)
        try:
            yield made
        finally:
            made.run(".venv/bin/python", "-c", "from warehouse import embedded; embedded.remove()")


@pytest.fixture(scope="module")
def clone_with_server(clone: Clone) -> Clone:
    """The clone after `warehouse up` and `warehouse migrate`."""
    clone.run(".venv/bin/warehouse", "up")
    clone.run(".venv/bin/warehouse", "migrate")
    return clone


def test_dagster__parses_a_missing_manifest(clone: Clone) -> None:
    assert "All code locations passed validation" in clone.run(".venv/bin/dagster", "definitions", "validate")


def test_dbt__parses_and_lists_without_a_server(clone: Clone) -> None:
    clone.run(".venv/bin/dbt", "parse")
    assert "session_analytics" in clone.run(".venv/bin/dbt", "ls", "--resource-type", "model")


@pytest.mark.parametrize("command", ["compile", "docs generate"])
def test_dbt__names_the_remedy_when_the_server_is_down(clone: Clone, command: str) -> None:
    output = clone.run(".venv/bin/dbt", *command.split(), "--select", "session_analytics", check=False)
    assert "local server not running - run: warehouse up" in output


def test_run__names_the_remedy_when_the_server_is_down(clone: Clone) -> None:
    output = clone.run(".venv/bin/python", "-m", "dagster_pipelines.run", check=False)
    assert output.splitlines()[-1].endswith(
        "The local Postgres is not running. Start it with `warehouse up`, or set DATABASE_URL."
    )


def test_run__shows_its_help(clone: Clone) -> None:
    assert "--as-of" in clone.run(".venv/bin/python", "-m", "dagster_pipelines.run", "--help")


def test_pytest__collects_every_test(clone: Clone) -> None:
    output = clone.run(".venv/bin/pytest", "--collect-only")
    assert re.search(r"^\d+ tests collected", output, re.MULTILINE)
    assert "error" not in output.splitlines()[-1]
    assert re.search(r"SKIPPED .* tests/ui/.* playwright is not installed", output)


def test_pytest__runs_unit_tests(clone: Clone) -> None:
    output = clone.run(".venv/bin/pytest", "tests/unit")
    assert re.search(r"^\d+ passed", output.splitlines()[-1])


@pytest.mark.parametrize("command", ["compile", "docs generate"])
def test_dbt__finds_the_local_server(clone_with_server: Clone, command: str) -> None:
    clone_with_server.run(".venv/bin/dbt", *command.split(), "--select", "session_analytics")


def test_dagster_dev__loads_the_code_location(clone_with_server: Clone, tmp_path: Path) -> None:
    port = free_port(3000)
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [".venv/bin/dagster", "dev", "-p", str(port)],
            cwd=clone_with_server.directory,
            env=BARE_ENVIRONMENT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        while not (location := code_location(port)):
            assert process.poll() is None, (tmp_path / "log").read_text()[-4000:]
            time.sleep(0.5)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(120)
    assert location == "RepositoryLocation"


def code_location(port: int) -> str | None:
    """The type of the loaded code location, or of the error; None while the server starts."""
    query = "{workspaceOrError {... on Workspace {locationEntries {locationOrLoadError {__typename}}}}}"
    try:
        response = httpx.post(f"http://127.0.0.1:{port}/graphql", json={"query": query}, timeout=60)
        (entry,) = response.json()["data"]["workspaceOrError"]["locationEntries"]
    except (httpx.HTTPError, ValueError):
        return None
    return str(entry["locationOrLoadError"]["__typename"]) if entry["locationOrLoadError"] else None
