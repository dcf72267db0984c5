"""Client analytics, risk scores and alerts, which are computed as of one or more dates."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import dagster as dg
from dagster_dbt import dbt_assets

from dagster_pipelines.assets.computed_dates import report_partitions
from dagster_pipelines.dbt.manifest import fresh_manifest, stored_marts, tagged_models
from dagster_pipelines.dbt.translator import (
    RETRIES,
    WRITER_POOL,
    asset_results,
    live_models,
    selected_names,
    selected_tests,
    translator,
)
from dagster_pipelines.dbt.variables import dbt_variables
from dagster_pipelines.guards import report_partial_results, write_lock_held
from dagster_pipelines.metadata import mart_metadata, with_metadata
from dagster_pipelines.options import RunOptions, started_at
from dagster_pipelines.resources.dbt import WarehouseDbt
from dagster_pipelines.run_status import run_is_inactive
from dagster_pipelines.state import compute_requests, model_builds, pending_work
from dagster_pipelines.state.computed_dates import STAGES, parse_dates, record_computed
from dagster_pipelines.state.write_lock import connect


@dbt_assets(
    name="date_models",
    manifest=fresh_manifest(),
    select="tag:clients tag:risk tag:alerts",
    dagster_dbt_translator=translator,
    retry_policy=RETRIES,
    pool=WRITER_POOL,
)
def date_models(context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt) -> Iterator[Any]:
    """Build and test the selected models for all dates of the run at once."""
    yield from report_partial_results(context, _build(context, options, dbt))


def _build(context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt) -> Iterator[Any]:
    names, with_tests = selected_names(context), bool(selected_tests(context))
    as_of = options.dates(context)
    dates = parse_dates(as_of)
    stages = [stage for stage in STAGES if set(tagged_models(stage, "marts")) <= set(names)]
    has_all_stages = list(STAGES) == stages
    with write_lock_held(context):
        with connect() as connection:
            changed, enqueued_until = pending_work.clients_to_refresh(connection)
            # a run of a single stage cannot complete a request, and would count as an attempt
            claimed = (
                compute_requests.claim(connection, context.run.run_id, run_is_inactive(context.instance))
                if has_all_stages
                else []
            )
            requested = [request.client_id for request in claimed]
            is_incremental = model_builds.is_incremental_run(connection, options)
            to_build = [name for name in names if not is_incremental or name in live_models()]
        clients: Sequence[UUID] | None = sorted({*changed, *requested}) if options.pending_only else None
        if clients is not None and not clients:
            context.log.info("No pending clients.")
            return
        variables = dbt_variables(options, as_of, reuse_scratch_tables=is_incremental, clients=clients)
        results = dbt.build(to_build, variables, with_tests=with_tests)
        with connect() as connection:
            if clients is None:
                record_computed(connection, stages, dates, context.run.run_id)
                report_partitions(context, stages, dates)
            if has_all_stages and enqueued_until is not None:
                pending_work.dequeue_clients(connection, enqueued_until, clients)
            if has_all_stages:
                compute_requests.succeed(connection, context.run.run_id, clients)
            if context.job_name == "refresh_all":
                model_builds.record_build(connection, context.run.run_id)
            marts = [name for stage in STAGES for name in stored_marts(stage) if name in names]
            metadata = mart_metadata(connection, marts, started_at(context), dates)
    # yield events after releasing the lock; consumers may be slow
    with connect() as connection:
        yield from with_metadata(connection, asset_results(context, results), metadata)
