"""Runs of jobs and ticks of sensors on real, ephemeral Dagster instances."""

from collections.abc import Mapping
from typing import Any

import dagster as dg


def run_job(
    name: str, instance: dg.DagsterInstance, run_config: Mapping[str, Any]
) -> dg.ExecuteInProcessResult:
    """Run a job of the project in this process, whatever comes of it."""
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return defs.resolve_job_def(name).execute_in_process(
        instance=instance, run_config=dict(run_config) | quiet, raise_on_error=False
    )


def tick(
    name: str, instance: dg.DagsterInstance, cursor: str | None = None
) -> tuple[list[dg.RunRequest], str | None]:
    """Evaluate a sensor once; what it asks for, and its new cursor."""
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    repository = defs.get_repository_def()
    with dg.build_sensor_context(
        instance=instance, cursor=cursor, repository_def=repository, sensor_name=name
    ) as context:
        data = repository.get_sensor_def(name).evaluate_tick(context)
    return list(data.run_requests or []), data.cursor


def run_request(request: dg.RunRequest, job: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Run what a sensor asked for."""
    return run_job(request.job_name or job, instance, request.run_config)
