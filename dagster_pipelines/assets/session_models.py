"""Seeds, staging and session models, as Dagster assets and asset checks."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import dagster as dg
import psycopg
from dagster_dbt import dbt_assets

from dagster_pipelines.dbt.errors import BuildError, NodeResult
from dagster_pipelines.dbt.manifest import fresh_manifest, stored_marts
from dagster_pipelines.dbt.translator import (
    RETRIES,
    WRITER_POOL,
    asset_results,
    live_models,
    selected_names,
    selected_tests,
    translator,
)
from dagster_pipelines.dbt.variables import comma_separated, dbt_variables
from dagster_pipelines.guards import report_partial_results, write_lock_held
from dagster_pipelines.metadata import mart_metadata, with_metadata
from dagster_pipelines.options import RunOptions, started_at
from dagster_pipelines.resources.dbt import WarehouseDbt
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state import pending_work, quarantine
from dagster_pipelines.state.model_builds import is_incremental_run
from dagster_pipelines.state.write_lock import connect

MART = "session_analytics"


@dbt_assets(
    name="session_models",
    manifest=fresh_manifest(),
    select="tag:base tag:sessions",
    dagster_dbt_translator=translator,
    retry_policy=RETRIES,
    pool=WRITER_POOL,
)
def session_models(
    context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt
) -> Iterator[Any]:
    """Build and test the selected models; sessions whose data make the build fail are quarantined."""
    yield from report_partial_results(context, _build(context, options, dbt))


def _build(context: dg.AssetExecutionContext, options: RunOptions, dbt: WarehouseDbt) -> Iterator[Any]:
    names, with_tests = selected_names(context), bool(selected_tests(context))
    metadata: dict[str, dict[str, Any]] = {}
    with write_lock_held(context):
        with connect() as connection:
            if MART in names:
                quarantine.release_expired(connection)
            pending = _pending_sessions(connection, options)
            is_incremental = is_incremental_run(connection, options)
            to_build = [name for name in names if not is_incremental or name in live_models()]
            sessions = _selected_sessions(connection, options, pending) if is_incremental else None
            variables = dbt_variables(
                options, options.dates(context), reuse_scratch_tables=is_incremental, sessions=sessions
            )
            if MART in names:
                pending_work.enqueue_clients(connection, pending)
        if MART not in names:
            results: Sequence[NodeResult] = dbt.build(to_build, variables, with_tests=with_tests)
        else:
            results = _build_with_quarantine(context, dbt, to_build, with_tests, variables)
            with connect() as connection:
                pending_work.enqueue_clients_of_last_build(connection)
                quarantine.clear_resolved(connection)
                marts = [name for name in stored_marts("sessions") if name in names]
                metadata = mart_metadata(connection, marts, started_at(context), [])
    # yield events after releasing the lock; consumers may be slow
    with connect() as connection:
        yield from with_metadata(connection, asset_results(context, results), metadata)


def _pending_sessions(
    connection: psycopg.Connection[Any], options: RunOptions
) -> Sequence[pending_work.PendingSession]:
    """Return the sessions to compute; on a new database they cannot be determined yet."""
    if not pending_work.is_built(connection):
        return []
    return pending_work.pending_sessions(connection, options.since())


def _selected_sessions(
    connection: psycopg.Connection[Any], options: RunOptions, pending: Sequence[pending_work.PendingSession]
) -> Sequence[UUID] | None:
    """Return the sessions to which an incremental run is restricted, or None for all."""
    if options.since() is None:
        return None
    return [session.job_id for session in pending] + pending_work.sessions_without_detection(connection)


def _build_with_quarantine(
    context: dg.AssetExecutionContext,
    dbt: WarehouseDbt,
    to_build: Sequence[str],
    with_tests: bool,
    variables: dict[str, Any],
) -> Sequence[NodeResult]:
    """Build; after a data error, find and quarantine the sessions that cause it and build the others."""
    try:
        return dbt.build(to_build, variables, with_tests=with_tests)
    except BuildError as error:
        if not error.is_data:
            raise
        context.log.warning(f"Build failed on a data error ({error}); bisecting to find the session.")
    settings = PipelineSettings()

    def build_sessions(sessions: Sequence[UUID]) -> None:
        dbt.build(to_build, variables | {"session_ids": comma_separated(sessions)})

    with connect() as connection:
        pending = pending_work.pending_sessions(connection)
    failures = quarantine.bisect_failures(pending, build_sessions)
    if not failures:
        # the error is gone, or no pending session causes it
        return dbt.build(to_build, variables, with_tests=with_tests)
    with connect() as connection:
        for session, failure in failures:
            is_exhausted = quarantine.record(
                connection,
                session,
                str(failure),
                settings.pipeline_session_max_attempts,
                settings.pipeline_session_retry_seconds,
            )
            release = "until its source data change" if is_exhausted else "until the next attempt"
            context.log.warning(f"Session {session.job_id} is quarantined {release}: {failure}.")
    return dbt.build(to_build, variables, with_tests=with_tests)
