"""Assembles the Dagster definitions."""

import dagster as dg

from dagster_pipelines.assets.alert_deliveries import alert_deliveries
from dagster_pipelines.assets.computed_dates import computed_dates
from dagster_pipelines.assets.date_models import date_models
from dagster_pipelines.assets.detected_cues import detected_cues
from dagster_pipelines.assets.session_models import session_models
from dagster_pipelines.assets.sources import SOURCES
from dagster_pipelines.checks import freshness
from dagster_pipelines.jobs import ALL_JOBS
from dagster_pipelines.options import RunOptions
from dagster_pipelines.resources.dbt import WarehouseDbt
from dagster_pipelines.schedules import ALL_SCHEDULES
from dagster_pipelines.sensors import ALL_SENSORS

defs = dg.Definitions(
    assets=[*SOURCES, session_models, detected_cues, date_models, alert_deliveries, computed_dates],
    asset_checks=[freshness],
    jobs=ALL_JOBS,
    schedules=ALL_SCHEDULES,
    sensors=ALL_SENSORS,
    # applies to runs started from the UI as well: a process per step would cost more than the step
    executor=dg.in_process_executor,
    resources={"dbt": WarehouseDbt(), "options": RunOptions()},
)
