"""Asset checks: freshness of sources and marts, and quarantined sessions."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import psycopg

from dagster_pipelines.nightly import NIGHTLY, due_date
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.computed_dates import last_computed
from dagster_pipelines.state.pending_work import pending_sessions
from dagster_pipelines.state.write_lock import connect

MAX_SESSION_DELAY_MINUTES = 10
"""Maximum delay of a session's analytics; normal is 30 seconds, plus waiting for a running run."""
MAX_SOURCE_AGE_DAYS = 7
"""Maximum age of the latest completed job."""


def _spec(asset: list[str], name: str, description: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name, asset=dg.AssetKey(asset), description=description)


SOURCE = _spec(
    ["ai_backend", "transcription_jobs"],
    "freshness",
    f"A job was completed in the last {MAX_SOURCE_AGE_DAYS} days.",
)
SESSIONS = _spec(
    ["ai_backend", "session_analytics"],
    "freshness",
    f"No session has been pending for more than {MAX_SESSION_DELAY_MINUTES} minutes.",
)
QUARANTINE = _spec(
    ["ai_backend", "session_analytics"],
    "no_quarantined_sessions",
    "No session is quarantined.",
)
MARTS = {
    stage.stage: _spec(
        ["ai_backend", mart], "freshness", "The latest date whose start time has passed is computed."
    )
    for stage, mart in zip(NIGHTLY, ("client_analytics", "risk_scores", "risk_alert_episodes"), strict=True)
}


@dg.multi_asset_check(
    name="freshness", specs=[SOURCE, SESSIONS, QUARANTINE, *MARTS.values()], can_subset=True
)
def freshness(context: dg.AssetCheckExecutionContext) -> Iterable[dg.AssetCheckResult]:
    """Evaluate the selected checks. All are warnings: outdated data are still valid as of their date."""
    with connect() as connection:
        results = list(evaluate(connection, datetime.now(UTC)))
    selected = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
    yield from (result for result in results if (result.asset_key, result.check_name) in selected)


def evaluate(connection: psycopg.Connection[Any], now: datetime) -> Iterable[dg.AssetCheckResult]:
    """Yield the results of all checks as of a timestamp."""
    last_completed_at = _scalar(
        connection,
        "select max(completed_at) from ai_backend.transcription_jobs "
        "where status = 'completed' and isfinite(completed_at) and completed_at <= %s",
        [now],
    )
    age = (now - last_completed_at).days if last_completed_at else None
    yield _result(SOURCE, age is not None and age < MAX_SOURCE_AGE_DAYS, {"days_since_last_completion": age})
    pending = {session.job_id for session in pending_sessions(connection)}
    late = _scalar(
        connection,
        "select count(*) from ai_backend.transcription_jobs "
        f"where id = any(%s) and updated_at < %s - interval '{MAX_SESSION_DELAY_MINUTES} minutes'",
        [list(pending), now],
    )
    yield _result(SESSIONS, not late, {"late_sessions": late, "pending_sessions": len(pending)})
    quarantined = _scalar(
        connection, "select count(*) from operations.quarantined_sessions where is_quarantined"
    )
    yield _result(QUARANTINE, not quarantined, {"quarantined_sessions": quarantined})
    for stage in NIGHTLY:
        due, last = due_date(stage, now, PipelineSettings().zone), last_computed(connection, stage.stage)
        yield _result(
            MARTS[stage.stage],
            last is not None and last >= due,
            {"last_computed_date": str(last), "due_date": str(due)},
        )


def _result(spec: dg.AssetCheckSpec, passed: bool, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=passed,
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={name: value for name, value in metadata.items() if value is not None},
    )


def _scalar(connection: psycopg.Connection[Any], query: str, parameters: list[Any] | None = None) -> Any:
    row = connection.execute(query.encode(), parameters).fetchone()
    return row[0] if row else None
