"""The dates computed for all clients, as partitions, from which ranges of dates are backfilled.

The dbt assets have no partitions: a session belongs to no date of computation, and dates before the first
partition or in the future can be computed too (docs/decisions/0012-backfills-by-date-range.md).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import dagster as dg

from dagster_pipelines.dbt.manifest import tagged_models
from dagster_pipelines.dbt.translator import OWNERS, RETRIES, WRITER_POOL
from dagster_pipelines.dbt.variables import dbt_variables
from dagster_pipelines.guards import translate_errors, write_lock_held
from dagster_pipelines.options import RunOptions
from dagster_pipelines.resources.dbt import WarehouseDbt
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.computed_dates import STAGES, format_range, parse_dates, record_computed
from dagster_pipelines.state.write_lock import connect

FIRST_DATE = "2020-01-01"
DATES = dg.DailyPartitionsDefinition(
    start_date=FIRST_DATE, timezone=PipelineSettings().business_time_zone, end_offset=1
)
"""Includes today: a date can be computed before it is over."""
KEY = dg.AssetKey(["operations", "computed_dates"])


@dg.asset(
    key=KEY,
    description=(
        "Dates for which client analytics, risk scores and alerts of all clients are computed. Materialize a "
        "range to recompute it in one run; sessions are not recomputed."
    ),
    deps=[dg.AssetKey(["ai_backend", "session_analytics"])],
    partitions_def=DATES,
    backfill_policy=dg.BackfillPolicy.single_run(),
    group_name="operations",
    owners=OWNERS,
    kinds={"dbt"},
    retry_policy=RETRIES,
    pool=WRITER_POOL,
    metadata={"dagster/column_schema": dg.TableSchema([dg.TableColumn("as_of_date", "date")])},
)
def computed_dates(
    context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt
) -> dg.MaterializeResult[Any]:
    """Compute the selected dates for all clients as one range."""
    partitions = context.partition_key_range
    as_of = format_range(date.fromisoformat(partitions.start), date.fromisoformat(partitions.end))
    dates = parse_dates(as_of)
    with translate_errors(), write_lock_held(context):
        dbt.build([name for stage in STAGES for name in tagged_models(stage)], dbt_variables(options, as_of))
        with connect() as connection:
            record_computed(connection, STAGES, dates, context.run.run_id)
    return dg.MaterializeResult(metadata={"as_of": as_of, "dates": len(dates)})


def report_partitions(
    context: dg.AssetExecutionContext, stages: Iterable[str], dates: Iterable[date]
) -> None:
    """Mark dates as materialized once the last stage is computed for all clients."""
    if STAGES[-1] not in stages:
        return
    known = set(DATES.get_partition_keys(dynamic_partitions_store=None))
    for as_of_date in dates:
        if as_of_date.isoformat() in known:
            context.log_event(dg.AssetMaterialization(KEY, partition=as_of_date.isoformat()))
