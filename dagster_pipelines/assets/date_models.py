"""Client analytics, risk scores and alerts: everything that speaks for a day or a range of days."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import dagster as dg
from dagster_dbt import dbt_assets

from dagster_pipelines.assets.computed_days import show_days
from dagster_pipelines.assets.figures import figures, with_figures
from dagster_pipelines.assets.stages import marts, names
from dagster_pipelines.assets.translation import (
    RETRIES,
    WRITER_POOL,
    dagster_events,
    selected_names,
    selected_tests,
    translator,
)
from dagster_pipelines.assets.variables import dbt_variables, due, is_small
from dagster_pipelines.assets.writing import telling, writing
from dagster_pipelines.manifest import fresh_manifest
from dagster_pipelines.options import RunOptions, started_at
from dagster_pipelines.resources.dbt import WarehouseDbt, project
from dagster_pipelines.runs import is_abandoned
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state import models, outbox, requests, worklist
from dagster_pipelines.state.dates import STAGES, as_dates, record_computed
from dagster_pipelines.state.writer import connect


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
    yield from telling(_build(context, options, dbt))


def _build(context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt) -> Iterator[Any]:
    selected, with_tests = selected_names(context), bool(selected_tests(context))
    days = options.days(context)
    done = [stage for stage in STAGES if set(names(stage, marts=True)) <= set(selected)]
    is_whole = list(STAGES) == done
    with writing(context):
        with connect() as connection:
            waiting, noted_until = worklist.clients_to_refresh(connection)
            # a single stage can't answer a request, and would be counted as a try of it
            taken_up = (
                requests.take_up(connection, context.run.run_id, is_abandoned(context.instance))
                if is_whole else []
            )  # fmt: skip
            asked = [request.client_id for request in taken_up]
            small = is_small(connection, options)
            to_build = due(connection, selected) if small else selected
        clients: Sequence[UUID] | None = sorted({*waiting, *asked}) if options.only_waiting else None
        if clients is not None and not clients:
            context.log.info("No client's sessions changed: nothing to refresh.")
            return
        variables = dbt_variables(options, days, in_place=small, clients=clients)
        built = dbt.build(to_build, variables, with_tests=with_tests)
        with connect() as connection:
            if clients is None:
                record_computed(connection, done, as_dates(days), context.run.run_id)
                show_days(context, done, as_dates(days))
            if "alerts" in done:
                outbox.fill(connection, PipelineSettings())
            if is_whole and noted_until is not None:
                worklist.forget_clients(connection, noted_until, clients)
            if is_whole:
                requests.succeed(connection, context.run.run_id, clients)
            if context.job_name == "refresh_all":
                models.record_build(connection, context.run.run_id)
            shown = figures(
                connection,
                (m for s in STAGES for m in marts(s, selected)),
                started_at(context),
                as_dates(days),
            )
    # told after the lock is given back: whoever listens may take its time
    with connect() as connection:
        yield from with_figures(connection, dagster_events(context, built), shown)
