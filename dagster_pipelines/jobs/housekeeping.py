"""Deletes old runs and their logs."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from dagster_pipelines.settings import PipelineSettings

MAX_DELETED_RUNS = 1000


@dg.op(description="Deletes finished runs older than PIPELINE_RUN_RETENTION_DAYS, with their logs.")
def delete_old_runs(context: dg.OpExecutionContext) -> int:
    """Return the number of deleted runs. The history of an asset is deleted with its runs."""
    cutoff = datetime.now(UTC) - timedelta(days=PipelineSettings().pipeline_run_retention_days)
    runs = context.instance.get_runs(dg.RunsFilter(created_before=cutoff), limit=MAX_DELETED_RUNS)
    finished = [run for run in runs if run.is_finished]
    storage = Path(context.instance.storage_directory())
    for run in finished:
        context.instance.delete_run(run.run_id)
        shutil.rmtree(storage / run.run_id, ignore_errors=True)
    context.log.info(f"Deleted {len(finished)} runs.")
    return len(finished)


@dg.job(description="Deletes old runs and their logs.")
def prune_runs() -> None:
    delete_old_runs()
