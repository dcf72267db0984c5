"""Runs jobs and evaluates sensors on real, ephemeral Dagster instances."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any
from unittest.mock import patch

import dagster as dg
from dbt.contracts.graph.manifest import Manifest

from dagster_pipelines.dbt.manifest import parse_manifest
from dagster_pipelines.resources import dbt as dbt_resource
from tests.support.project import NOWHERE, retarget_database
from warehouse.connection import temporary_environment, temporary_variables


def run_job(
    name: str, instance: dg.DagsterInstance, run_config: Mapping[str, Any]
) -> dg.ExecuteInProcessResult:
    """Run a job of the project in this process; a failure is not raised.

    dbt uses a retargeted manifest, since a complete parse for the database of each test module would be slow.
    """
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with patch.object(dbt_resource, "parsed_manifest", _retargeted_manifest):
        return defs.resolve_job_def(name).execute_in_process(
            instance=instance, run_config=dict(run_config) | quiet, raise_on_error=False
        )


def tick(
    name: str, instance: dg.DagsterInstance, cursor: str | None = None
) -> tuple[list[dg.RunRequest], str | None]:
    """Evaluate a sensor once and return the requested runs and the new cursor."""
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    repository = defs.get_repository_def()
    with dg.build_sensor_context(
        instance=instance, cursor=cursor, repository_def=repository, sensor_name=name
    ) as context:
        data = repository.get_sensor_def(name).evaluate_tick(context)
    return list(data.run_requests or []), data.cursor


def run_request(request: dg.RunRequest, job: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Run a job as a sensor requested it."""
    return run_job(request.job_name or job, instance, request.run_config)


def _retargeted_manifest() -> Manifest:
    manifest = _parsed_once()
    retarget_database(manifest, os.environ["DBT_PG_DBNAME"])
    return manifest


@cache
def _parsed_once() -> Manifest:
    with temporary_variables({"DATABASE_URL": NOWHERE}), temporary_environment():
        return parse_manifest()
