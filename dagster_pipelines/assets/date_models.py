"""Client analytics, risk scores and alerts: everything that speaks for a day or a range of days."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import dagster as dg
from dagster_dbt import dbt_assets

from dagster_pipelines.assets.computed_dates import report_partitions
from dagster_pipelines.dbt.manifest import fresh_manifest
from dagster_pipelines.dbt.stages import marts, names
from dagster_pipelines.dbt.translator import (
    RETRIES,
    WRITER_POOL,
    dagster_events,
    selected_names,
    selected_tests,
    translator,
)
from dagster_pipelines.dbt.variables import dbt_variables, is_incremental_run, skip_existing_views
from dagster_pipelines.guards import report_partial_results, write_lock_held
from dagster_pipelines.metadata import row_metadata, with_metadata
from dagster_pipelines.notifications import outbox
from dagster_pipelines.options import RunOptions, started_at
from dagster_pipelines.resources.dbt import WarehouseDbt, project
from dagster_pipelines.run_status import run_is_inactive
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state import compute_requests, model_builds, pending_work
from dagster_pipelines.state.computed_dates import STAGES, parse_dates, record_computed
from dagster_pipelines.state.write_lock import connect


@dbt_assets(
    name="date_models",
    manifest=fresh_manifest(),
    project=project,
    select=" ".join(names("clients", "risk", "alerts")),
    dagster_dbt_translator=translator,
    retry_policy=RETRIES,
    pool=WRITER_POOL,
)
def date_models(context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt) -> Iterator[Any]:
    """Build and test the selected models for the run's days, as one range in one statement each."""
    yield from report_partial_results(_build(context, options, dbt))


def _build(context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt) -> Iterator[Any]:
    selected, with_tests = selected_names(context), bool(selected_tests(context))
    days = options.days(context)
    done = [stage for stage in STAGES if set(names(stage, marts=True)) <= set(selected)]
    is_whole = list(STAGES) == done
    with write_lock_held(context):
        with connect() as connection:
            waiting, noted_until = pending_work.clients_to_refresh(connection)
            # a single stage can't answer a request, and would be counted as a try of it
            taken_up = (
                compute_requests.claim(connection, context.run.run_id, run_is_inactive(context.instance))
                if is_whole
                else []
            )
            asked = [request.client_id for request in taken_up]
            small = is_incremental_run(connection, options)
            to_build = skip_existing_views(connection, selected) if small else selected
        clients: Sequence[UUID] | None = sorted({*waiting, *asked}) if options.pending_only else None
        if clients is not None and not clients:
            context.log.info("No client's sessions changed: nothing to refresh.")
            return
        variables = dbt_variables(options, days, reuse_scratch_tables=small, clients=clients)
        built = dbt.build(to_build, variables, with_tests=with_tests)
        with connect() as connection:
            if clients is None:
                record_computed(connection, done, parse_dates(days), context.run.run_id)
                report_partitions(context, done, parse_dates(days))
            if "alerts" in done:
                outbox.enqueue(connection, PipelineSettings())
            if is_whole and noted_until is not None:
                pending_work.dequeue_clients(connection, noted_until, clients)
            if is_whole:
                compute_requests.succeed(connection, context.run.run_id, clients)
            if context.job_name == "refresh_all":
                model_builds.record_build(connection, context.run.run_id)
            shown = row_metadata(
                connection,
                (m for s in STAGES for m in marts(s, selected)),
                started_at(context),
                parse_dates(days),
            )
    # told after the lock is given back: whoever listens may take its time
    with connect() as connection:
        yield from with_metadata(connection, dagster_events(context, built), shown)
