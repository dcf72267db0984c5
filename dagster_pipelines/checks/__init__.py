"""Freshness of sources and marts, and sessions that were set aside, as asset checks."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import psycopg

from dagster_pipelines.nightly import NIGHTLY, due_day
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.computed_dates import last_computed
from dagster_pipelines.state.pending_work import pending_sessions
from dagster_pipelines.state.write_lock import connect

LATE_AFTER_MINUTES = 10
"""A completed session that is not computed by then is late (30 seconds, and room for a queue)."""
QUIET_AFTER_DAYS = 7
"""Upstream without a completed job for so long is worth a look."""


def _spec(asset: list[str], name: str, description: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name, asset=dg.AssetKey(asset), description=description)


SOURCE = _spec(
    ["ai_backend", "transcription_jobs"],
    "freshness",
    f"A job was completed in the last {QUIET_AFTER_DAYS} days.",
)
SESSIONS = _spec(
    ["ai_backend", "session_analytics"],
    "freshness",
    f"No session has waited for its analytics for more than {LATE_AFTER_MINUTES} minutes.",
)
SET_ASIDE = _spec(
    ["ai_backend", "session_analytics"],
    "no_quarantined_sessions",
    "No session is held back because it broke a formula.",
)
MARTS = {
    stage.stage: _spec(
        ["ai_backend", mart], "freshness", "The latest night whose hour has passed is computed."
    )
    for stage, mart in zip(NIGHTLY, ("client_analytics", "risk_scores", "risk_alert_episodes"), strict=True)
}


@dg.multi_asset_check(name="freshness", specs=[SOURCE, SESSIONS, SET_ASIDE, *MARTS.values()], can_subset=True)
def freshness(context: dg.AssetCheckExecutionContext) -> Iterable[dg.AssetCheckResult]:
    """Warnings for the operator: what is late is still true, as of when it was computed."""
    with connect() as connection:
        results = list(evaluate(connection, datetime.now(UTC)))
    wanted = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
    yield from (result for result in results if (result.asset_key, result.check_name) in wanted)


def evaluate(connection: psycopg.Connection[Any], now: datetime) -> Iterable[dg.AssetCheckResult]:
    """All of them, as of a moment."""
    newest = _scalar(
        connection,
        "select max(completed_at) from ai_backend.transcription_jobs "
        "where status = 'completed' and isfinite(completed_at) and completed_at <= %s",
        [now],
    )
    age = (now - newest).days if newest else None
    yield _result(SOURCE, age is not None and age < QUIET_AFTER_DAYS, {"days_since_last_completion": age})
    waiting = {session.job_id for session in pending_sessions(connection)}
    late = _scalar(
        connection,
        "select count(*) from ai_backend.transcription_jobs "
        f"where id = any(%s) and updated_at < %s - interval '{LATE_AFTER_MINUTES} minutes'",
        [list(waiting), now],
    )
    yield _result(SESSIONS, not late, {"late_sessions": late, "waiting_sessions": len(waiting)})
    held = _scalar(connection, "select count(*) from operations.quarantined_sessions where is_quarantined")
    yield _result(SET_ASIDE, not held, {"held_sessions": held})
    for stage in NIGHTLY:
        wanted, last = due_day(stage, now, PipelineSettings().zone), last_computed(connection, stage.stage)
        shown = {"last_day": str(last), "wanted_day": str(wanted)}
        yield _result(MARTS[stage.stage], last is not None and last >= wanted, shown)


def _result(spec: dg.AssetCheckSpec, passed: bool, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    shown = {name: value for name, value in metadata.items() if value is not None}
    return dg.AssetCheckResult(
        passed=passed,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=shown,
    )


def _scalar(connection: psycopg.Connection[Any], query: str, parameters: list[Any] | None = None) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    return row[0] if row else None
