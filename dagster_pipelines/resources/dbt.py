"""Dagster resource that builds the project's models with dbt."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg

from dagster_pipelines.dbt.errors import NodeResult, build_error, sqlstate_in_traceback
from dagster_pipelines.dbt.manifest import parsed_manifest
from dagster_pipelines.dbt.runner import run_dbt
from dagster_pipelines.settings import PipelineSettings
from warehouse.connection import temporary_environment

RESULT_EVENTS = ("LogModelResult", "LogSeedResult", "LogTestResult")
EXCEPTION_EVENT = "CatchableExceptionOnRun"
WITH_TESTS = ("--indirect-selection", "buildable")
"""Each test runs once all of its inputs are built; naming each test would slow down dbt's selection."""
WITHOUT_TESTS = ("--exclude-resource-type", "test")


class WarehouseDbt(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Builds models and runs tests of this project."""

    def build(
        self, names: Sequence[str], variables: Mapping[str, Any], *, with_tests: bool = False
    ) -> list[NodeResult]:
        """Build the named models and seeds in dependency order, with their tests if requested.

        Raises BuildError if a model or a test of severity error fails; completed models stay built.
        """
        if not names:
            return []
        listener = _EventListener()
        with _limits():
            result = run_dbt(
                [
                    "build",
                    "--select",
                    " ".join(names),
                    "--exclude-resource-type",
                    "unit_test",
                    *(WITH_TESTS if with_tests else WITHOUT_TESTS),
                ],
                variables,
                parsed_manifest(),
                callbacks=[listener],
            )
        if not result.success:
            raise build_error(result, listener.sqlstates, listener.results)
        return listener.results


@contextmanager
def _limits() -> Iterator[None]:
    """Set the target's environment variables, and the timeouts of dbt's statements."""
    settings = PipelineSettings()
    options = {
        "lock_timeout": f"{settings.pipeline_lock_timeout_seconds}s",
        "statement_timeout": f"{settings.pipeline_statement_timeout_seconds}s",
        # cancels the statement of a run that was killed
        "client_connection_check_interval": "2s",
    }
    configured = os.environ.get("PGOPTIONS", "")
    limits = " ".join(f"-c {name}={value}" for name, value in options.items())
    with temporary_environment(PGOPTIONS=f"{limits} {configured}".strip()):
        yield


class _EventListener:
    """Collects the results and SQLSTATEs of nodes from dbt's events, and prints a line per result."""

    def __init__(self) -> None:
        self.results: list[NodeResult] = []
        self.sqlstates: dict[str, str] = {}

    def __call__(self, event: Any) -> None:
        if event.info.name == EXCEPTION_EVENT:
            self.sqlstates[event.data.node_info.unique_id] = sqlstate_in_traceback(event.data.exc_info)
        elif event.info.name in RESULT_EVENTS:
            self._add_result(event.data)

    def _add_result(self, data: Any) -> None:
        node = data.node_info
        result = NodeResult(
            unique_id=node.unique_id,
            name=node.node_name,
            status=node.node_status,
            seconds=data.execution_time,
            failures=getattr(data, "num_failures", None),
        )
        self.results.append(result)
        # dbt calls the number of models and tests `num_models` in the result of a test
        total = getattr(data, "total", 0) or getattr(data, "num_models", 0)
        status = re.split(r"\s", data.status)[0].upper()
        print(f"{len(self.results)} of {total} {status} {result.name} [{result.seconds:.2f}s]", flush=True)
