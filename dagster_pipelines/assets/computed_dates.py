"""The calendar of days for which everybody was computed, and the place from which a person backfills a range.

The dbt assets themselves have no partitions: a session belongs to no day of computation, and a day before
the first partition or after today must be computable too (docs/adr/0061).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import dagster as dg

from dagster_pipelines.dbt.stages import names
from dagster_pipelines.dbt.translator import OWNERS, RETRIES, WRITER_POOL
from dagster_pipelines.dbt.variables import dbt_variables
from dagster_pipelines.guards import translate_errors, write_lock_held
from dagster_pipelines.notifications import outbox
from dagster_pipelines.options import RunOptions
from dagster_pipelines.resources.dbt import WarehouseDbt
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.computed_dates import STAGES, format_range, parse_dates, record_computed
from dagster_pipelines.state.write_lock import connect

FIRST_DAY = "2020-01-01"
DAYS = dg.DailyPartitionsDefinition(
    start_date=FIRST_DAY, timezone=PipelineSettings().business_time_zone, end_offset=1
)
"""Days up to and including today: the run of day D speaks for D while D lasts."""
KEY = dg.AssetKey(["operations", "computed_days"])


@dg.asset(
    key=KEY,
    description=(
        "Days for which client analytics, scores and alerts of every client were computed. Materialize a "
        "range here to compute it again, in one run; sessions are taken as they are."
    ),
    deps=[dg.AssetKey(["ai_backend", "session_analytics"])],
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    group_name="operations",
    owners=OWNERS,
    kinds={"dbt"},
    retry_policy=RETRIES,
    pool=WRITER_POOL,
    metadata={"dagster/column_schema": dg.TableSchema([dg.TableColumn("as_of_date", "date")])},
)
def computed_days(
    context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt
) -> dg.MaterializeResult[Any]:
    """Compute the chosen days for every client, as one range."""
    keys = context.partition_key_range
    first, last = date.fromisoformat(keys.start), date.fromisoformat(keys.end)
    days = format_range(first, last)
    with translate_errors(), write_lock_held(context):
        dbt.build(names("clients", "risk", "alerts"), dbt_variables(options, days))
        with connect() as connection:
            record_computed(connection, STAGES, parse_dates(days), context.run.run_id)
            outbox.enqueue(connection, PipelineSettings())
    return dg.MaterializeResult(metadata={"as_of": days, "days": (last - first).days + 1})


def report_partitions(context: dg.AssetExecutionContext, stages: Iterable[str], days: Iterable[date]) -> None:
    """Mark days on the calendar, once the last stage has been computed for all."""
    if STAGES[-1] not in stages:
        return
    known = set(DAYS.get_partition_keys(dynamic_partitions_store=None))
    for day in days:
        if day.isoformat() in known:
            context.log_event(dg.AssetMaterialization(KEY, partition=day.isoformat()))
