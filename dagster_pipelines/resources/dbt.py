"""Runs dbt inside this process: the manifest is read once, and every build after it starts in a moment."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import psycopg
import psycopg2  # type: ignore[import-untyped]
from dagster_dbt import DbtProject

from dagster_pipelines.dbt.manifest import parsed_manifest
from dagster_pipelines.dbt.runner import invoke
from dagster_pipelines.settings import PipelineSettings
from warehouse.connection import temporary_environment
from warehouse.paths import PROJECT_DIR

RESULTS = ("LogModelResult", "LogSeedResult", "LogTestResult")
DATA_ERROR_CLASSES = ("22", "23")
"""SQLSTATE classes that say that a row can't be computed or stored as it is."""
TESTS = ("--indirect-selection", "buildable")
NO_TESTS = ("--exclude-resource-type", "test")
NOT_SQL = "dbt"
BUG_CLASSES = ("42", "0A", "28", NOT_SQL[:2])
"""Classes that a repetition does not mend: unknown names, missing rights."""

project = DbtProject(project_dir=PROJECT_DIR, profiles_dir=PROJECT_DIR, packaged_project_dir=None)


@dataclass
class BuildResult:
    """What a build told: dbt's result events, in order."""

    events: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class BuildError(Exception):
    """A build in which something went wrong, without any value that a row held."""

    sentence: str
    errors: dict[str, str] = field(default_factory=dict)
    """Failed model -> SQLSTATE, or "" where there was none."""
    failed_tests: list[str] = field(default_factory=list)
    built: BuildResult = field(default_factory=BuildResult)
    """What was told before, and of, the failure."""

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_data(self) -> bool:
        """Every error is the fault of a row, not of the server."""
        return bool(self.errors) and all(state[:2] in DATA_ERROR_CLASSES for state in self.errors.values())

    @property
    def is_transient(self) -> bool:
        """Another try may succeed: the server was away, a lock was taken, a disk was full."""
        wrong = (*DATA_ERROR_CLASSES, *BUG_CLASSES)
        return not self.failed_tests and not any(
            state[:2] in wrong for state in self.errors.values() if state
        )


class WarehouseDbt(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Builds models and runs tests of this project."""

    def build(
        self, names: Sequence[str], variables: Mapping[str, Any], *, with_tests: bool = False
    ) -> BuildResult:
        """Build the named models and seeds in dbt's order, each followed by the tests on it if wanted.

        Raises BuildError when a model or a test (of severity error) failed; what was built by then stays.
        """
        if not names:
            return BuildResult()
        # Imported here: it takes seconds that only a run must spend.
        from dbt_common.events.functions import msg_to_dict  # noqa: PLC0415

        built = BuildResult()
        report = _Report()

        def listen(message: Any) -> None:
            if message.info.name in RESULTS:
                event = msg_to_dict(message)
                built.events.append(event)
                report.show(event)

        with _environment(), _capture_sqlstates() as states:
            result = invoke(
                [
                    "build",
                    "--select",
                    " ".join(names),
                    "--exclude-resource-type",
                    "unit_test",
                    # a test runs where all it reads is built by now; naming each would be slow to select
                    *(TESTS if with_tests else NO_TESTS),
                ],
                variables,
                parsed_manifest(),
                callbacks=[listen],
            )
        if not result.success:
            raise _build_error(result, states, built)
        return built


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """The database's address for dbt, and the limits under which its statements run."""
    settings = PipelineSettings()
    options = {
        "lock_timeout": f"{settings.pipeline_lock_timeout_seconds}s",
        "statement_timeout": f"{settings.pipeline_statement_timeout_seconds}s",
        # what a killed run had asked for ends with it
        "client_connection_check_interval": "2s",
    }
    given = os.environ.get("PGOPTIONS", "")
    limits = " ".join(f"-c {name}={value}" for name, value in options.items())
    with temporary_environment(PGOPTIONS=f"{limits} {given}".strip()):
        yield


@contextlib.contextmanager
def _capture_sqlstates() -> Iterator[dict[str, str]]:
    """Collects the SQLSTATE of each node that fails: dbt keeps only the message, which quotes rows."""
    from dbt.adapters.postgres.connections import PostgresConnectionManager  # noqa: PLC0415

    states: dict[str, str] = {}
    original = PostgresConnectionManager.exception_handler

    @contextlib.contextmanager
    def noting(self: Any, sql: str) -> Iterator[None]:
        with original(self, sql):
            try:
                yield
            except psycopg2.Error as error:
                states[str(self.get_thread_connection().name)] = error.pgcode or ""
                raise

    PostgresConnectionManager.exception_handler = noting  # type: ignore[method-assign]
    try:
        yield states
    finally:
        PostgresConnectionManager.exception_handler = original  # type: ignore[method-assign]


def _build_error(result: Any, states: Mapping[str, str], built: BuildResult) -> BuildError:
    results = getattr(result.result, "results", None) or []
    broken = [r for r in results if str(r.status) == "error"]
    failed_tests = [r.node.name for r in results if str(r.status) == "fail"]
    parts, errors = [], {}
    for one in broken:
        # a compiler's complaint quotes the project's own text and no row
        is_compiler = "Compilation Error" in str(one.message)
        errors[one.node.name] = NOT_SQL if is_compiler else states.get(one.node.unique_id, "")
        reason = (
            " ".join(str(one.message).split()) if is_compiler else describe_sqlstate(errors[one.node.name])
        )
        parts.append(f"{one.node.name}: {reason}")
    parts += [f"test {name} failed" for name in failed_tests]
    if not parts:
        state = next(iter(states.values()), "")
        errors = {"dbt": state}
        parts = [f"dbt stopped: {describe_sqlstate(state)}"]
    return BuildError("; ".join(parts)[:1000], errors, failed_tests, built)


def describe_sqlstate(state: str) -> str:
    """An SQLSTATE in words, without the message, which may quote a row."""
    if not state:
        return "the database could not be reached"
    with contextlib.suppress(KeyError):
        return f"{psycopg.errors.lookup(state).__name__} ({state})"
    return f"SQLSTATE {state}"


class _Report:
    """Shows each result in a line of its own, counted as they come, as the progress of a run reads it."""

    def __init__(self) -> None:
        self._done = 0

    def show(self, event: Mapping[str, Any]) -> None:
        self._done += 1
        data = event["data"]
        status = str(data.get("status", "")).split(" ")[0].upper()
        name = data["node_info"]["node_name"]
        total = data.get("total") or data.get("num_models")  # dbt's word for it, of models and of tests
        seconds = data.get("execution_time", 0)
        print(f"{self._done} of {total} {status} {name} [{seconds:.2f}s]", file=sys.stdout, flush=True)
