"""Seeds, staging and everything at the grain of a session, as Dagster assets and asset checks."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import dagster as dg
import psycopg
from dagster_dbt import dbt_assets

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
from dagster_pipelines.dbt.variables import (
    comma_separated,
    dbt_variables,
    is_incremental_run,
    skip_existing_views,
)
from dagster_pipelines.guards import report_partial_results, write_lock_held
from dagster_pipelines.metadata import row_metadata, with_metadata
from dagster_pipelines.options import RunOptions, started_at
from dagster_pipelines.resources.dbt import BuildError, BuildResult, WarehouseDbt, project
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state import pending_work, quarantine
from dagster_pipelines.state.write_lock import connect

MART = "session_analytics"


@dbt_assets(
    name="session_models",
    manifest=fresh_manifest(),
    project=project,
    select=" ".join(names("base", "sessions")),
    dagster_dbt_translator=translator,
    retry_policy=RETRIES,
    pool=WRITER_POOL,
)
def session_models(
    context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt
) -> Iterator[Any]:
    """Build and test the selected models; a session that breaks a formula is left out and written down."""
    yield from report_partial_results(_build(context, options, dbt))


def _build(context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt) -> Iterator[Any]:
    selected, with_tests = selected_names(context), bool(selected_tests(context))
    shown: dict[str, dict[str, Any]] = {}
    with write_lock_held(context):
        with connect() as connection:
            if MART in selected:
                quarantine.release_expired(connection)
            waiting = _waiting(connection, options)
            small = is_incremental_run(connection, options)
            to_build = skip_existing_views(connection, selected) if small else selected
            sessions = _told(connection, options, waiting) if small else None
            variables = dbt_variables(
                options, options.days(context), reuse_scratch_tables=small, sessions=sessions
            )
            if MART in selected:
                pending_work.enqueue_clients(connection, waiting)
        if MART not in selected:
            built = dbt.build(to_build, variables, with_tests=with_tests)
        else:
            built = _build_around_broken(context, dbt, to_build, with_tests, variables)
            with connect() as connection:
                pending_work.enqueue_clients_of_last_build(connection)
                quarantine.clear_resolved(connection)
                shown = row_metadata(connection, marts("sessions", selected), started_at(context), [])
    # told after the lock is given back: whoever listens may take its time
    with connect() as connection:
        yield from with_metadata(connection, dagster_events(context, built), shown)


def _waiting(
    connection: psycopg.Connection[Any], options: RunOptions
) -> Sequence[pending_work.PendingSession]:
    """Sessions to be computed; on a new database nobody knows of any yet."""
    if not pending_work.is_built(connection):
        return []
    return pending_work.pending_sessions(connection, options.since())


def _told(
    connection: psycopg.Connection[Any], options: RunOptions, waiting: Sequence[pending_work.PendingSession]
) -> Sequence[UUID] | None:
    """The sessions that a small run looks at; None: all there are."""
    if options.since() is None:
        return None
    return [one.job_id for one in waiting] + pending_work.sessions_without_detection(connection)


def _build_around_broken(
    context: dg.AssetExecutionContext,
    dbt: WarehouseDbt,
    to_build: Sequence[str],
    with_tests: bool,
    variables: dict[str, Any],
) -> BuildResult:
    """Build; when a row breaks a formula, find its session, hold it back, and build the others."""
    try:
        return dbt.build(to_build, variables, with_tests=with_tests)
    except BuildError as error:
        if not error.is_data:
            raise
        context.log.warning(f"A session's data broke a formula ({error}); looking for it.")
    settings = PipelineSettings()

    def build_some(jobs: Sequence[UUID]) -> None:
        dbt.build(to_build, variables | {"session_ids": comma_separated(jobs)})

    with connect() as connection:
        pending = pending_work.pending_sessions(connection)
    culprits = quarantine.bisect_failures(pending, build_some)
    if not culprits:
        # the error went away, or lies in what no session on the list explains
        return dbt.build(to_build, variables, with_tests=with_tests)
    with connect() as connection:
        for session, reason in culprits:
            is_final = quarantine.record(
                connection,
                session,
                str(reason),
                settings.pipeline_session_max_attempts,
                settings.pipeline_session_retry_seconds,
            )
            fate = "set aside until it changes" if is_final else "held back for another try"
            context.log.warning(f"Session {session.job_id} broke a formula ({reason}): {fate}.")
    return dbt.build(to_build, variables, with_tests=with_tests)
