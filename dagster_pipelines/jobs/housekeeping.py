"""Deletes what nobody needs any more: old runs and their logs."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from dagster_pipelines.settings import PipelineSettings


@dg.op(description="Deletes finished runs older than PIPELINE_RUN_RETENTION_DAYS, with their logs.")
def delete_old_runs(context: dg.OpExecutionContext) -> int:
    """How many were deleted. Materializations stay with their assets' history only as long as their run."""
    before = datetime.now(UTC) - timedelta(days=PipelineSettings().pipeline_run_retention_days)
    old = context.instance.get_runs(dg.RunsFilter(created_before=before), limit=1000)
    finished = [run for run in old if run.is_finished]
    logs = Path(context.instance.storage_directory())
    for run in finished:
        context.instance.delete_run(run.run_id)
        shutil.rmtree(logs / run.run_id, ignore_errors=True)
    context.log.info(f"{len(finished)} runs deleted.")
    return len(finished)


@dg.job(description="Deletes old runs and their logs.")
def prune_runs() -> None:
    """See delete_old_runs."""
    delete_old_runs()
