"""Assembles what Dagster runs. Nothing is decided here."""

import dagster as dg

from dagster_pipelines.assets.dbt_models import dbt_models
from dagster_pipelines.assets.detected_cues import detected_cues
from dagster_pipelines.jobs import ALL_JOBS
from dagster_pipelines.resources.dbt import dbt_resource

defs = dg.Definitions(
    assets=[dbt_models, detected_cues],
    jobs=ALL_JOBS,
    resources={"dbt": dbt_resource()},
)
