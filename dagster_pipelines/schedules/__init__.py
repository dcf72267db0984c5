"""Schedules: the nightly jobs (docs/reference/specification.md, "Celery Beat Schedule") and housekeeping."""

from collections.abc import Callable
from datetime import datetime

import dagster as dg

from dagster_pipelines.jobs import check_freshness
from dagster_pipelines.jobs.housekeeping import prune_runs
from dagster_pipelines.nightly import NIGHTLY, NightlyStage, nightly_run
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.computed_dates import business_date
from dagster_pipelines.state.write_lock import connect

ZONE = PipelineSettings().business_time_zone


def _evaluate(
    stage: NightlyStage,
) -> Callable[[dg.ScheduleEvaluationContext], dg.RunRequest | dg.SkipReason]:
    def evaluate(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        scheduled: datetime = context.scheduled_execution_time
        with connect() as connection:
            return nightly_run(connection, stage, business_date(scheduled, PipelineSettings().zone))

    return evaluate


def _nightly(stage: NightlyStage) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=f"{stage.job}_nightly",
        job_name=stage.job,
        cron_schedule=stage.cron,
        execution_timezone=ZONE,
        execution_fn=_evaluate(stage),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=(
            f"At {stage.start_time:%H:%M} in the business time zone, for all dates that are not computed, up "
            "to the current one. If an earlier stage is not finished, the sensor nightly_catch_up starts the "
            "job later."
        ),
    )


prune_nightly = dg.ScheduleDefinition(
    name="prune_nightly",
    job=prune_runs,
    cron_schedule="30 4 * * *",
    execution_timezone=ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="At 04:30 in the business time zone: deletes runs older than PIPELINE_RUN_RETENTION_DAYS.",
)

freshness_hourly = dg.ScheduleDefinition(
    name="freshness_hourly",
    job=check_freshness,
    cron_schedule="15 * * * *",
    execution_timezone=ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="At minute 15 of each hour: checks the freshness of sources and marts.",
)

ALL_SCHEDULES = [*(_nightly(stage) for stage in NIGHTLY), prune_nightly, freshness_hourly]
