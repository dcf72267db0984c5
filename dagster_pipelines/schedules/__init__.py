"""The nightly runs, 02:00, 03:00 and 03:30 business time (specification, "Celery Beat Schedule")."""

from collections.abc import Callable
from datetime import datetime

import dagster as dg

from dagster_pipelines.jobs import check_freshness
from dagster_pipelines.jobs.housekeeping import prune_runs
from dagster_pipelines.nightly import NIGHTLY, NightlyStage, request
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.computed_dates import business_day
from dagster_pipelines.state.write_lock import connect

ZONE = PipelineSettings().business_time_zone


def _tick(stage: NightlyStage) -> Callable[[dg.ScheduleEvaluationContext], dg.RunRequest | dg.SkipReason]:
    def evaluate(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        scheduled: datetime = context.scheduled_execution_time
        with connect() as connection:
            return request(connection, stage, business_day(scheduled, PipelineSettings().zone))

    return evaluate


def _nightly(stage: NightlyStage) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=f"{stage.job}_nightly",
        job_name=stage.job,
        cron_schedule=stage.cron,
        execution_timezone=ZONE,
        execution_fn=_tick(stage),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=(
            f"{stage.at:%H:%M} in the business time zone, for the calendar day of that moment and for nights "
            "that were missed. Waits for what it rests on; the sensor nightly_catch_up starts it then."
        ),
    )


prune_nightly = dg.ScheduleDefinition(
    name="prune_nightly",
    job=prune_runs,
    cron_schedule="30 4 * * *",
    execution_timezone=ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="04:30 in the business time zone: deletes runs older than PIPELINE_RUN_RETENTION_DAYS.",
)

freshness_hourly = dg.ScheduleDefinition(
    name="freshness_hourly",
    job=check_freshness,
    cron_schedule="15 * * * *",
    execution_timezone=ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="A quarter past each hour: checks whether sources and marts are as fresh as they should be.",
)

ALL_SCHEDULES = [*(_nightly(stage) for stage in NIGHTLY), prune_nightly, freshness_hourly]
