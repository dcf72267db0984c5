"""Sensors that start runs for pending work. Work is derived from Postgres; a cursor only saves scanning."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import dagster as dg
import orjson

from dagster_pipelines import jobs
from dagster_pipelines.nightly import DATE_TAG, NIGHTLY, due_date, nightly_run
from dagster_pipelines.options import run_config
from dagster_pipelines.run_status import run_is_inactive
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state import compute_requests as requests
from dagster_pipelines.state import pending_work
from dagster_pipelines.state.computed_dates import business_date
from dagster_pipelines.state.model_builds import models_up_to_date
from dagster_pipelines.state.write_lock import connect

NOT_STARTED = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
ACTIVE = [
    *NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
OVERLAP = timedelta(hours=1)
"""Overlap of two incremental scans: clocks are adjusted, and transactions commit late."""
FULL_SCAN_INTERVAL = timedelta(minutes=10)
"""Interval at which the revision of every session is compared, regardless of update timestamps."""
MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = 15, 900
"""Range of the delay before work is retried after a failed run; it doubles with each failure."""
MAX_NIGHTLY_RETRY_MINUTES = 60
CATCH_UP_ATTEMPTS = 20
HIGH_PRIORITY = {"dagster/priority": "1"}
"""Tag of runs that coaches wait for: they are started before queued nightly runs."""
WORK_TAG = "work"
"""Tag of a run for pending sessions and clients: a hash of them."""


@dg.sensor(
    name="completed_sessions",
    jobs=[jobs.compute_session_analytics, jobs.refresh_all],
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts one run for all new and changed sessions.",
)
def completed_sessions(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Request one run for all pending work; work that arrives before the run starts is included."""
    if _has_run(context, [jobs.compute_session_analytics.name, jobs.refresh_all.name], ACTIVE):
        return dg.SkipReason("A run is already in progress.")
    now = datetime.now(UTC)
    cursor = orjson.loads(context.cursor) if context.cursor else {}
    last_full_scan_at = (
        datetime.fromisoformat(cursor["last_full_scan_at"]) if "last_full_scan_at" in cursor else None
    )
    is_full_scan = (
        last_full_scan_at is None or not timedelta(0) <= now - last_full_scan_at < FULL_SCAN_INTERVAL
    )
    since = None
    if not is_full_scan and "latest_source_update" in cursor:
        since = datetime.fromisoformat(cursor["latest_source_update"]) - OVERLAP
    with connect() as connection:
        if not pending_work.is_built(connection) or not models_up_to_date(connection):
            return dg.SensorResult(run_requests=[_full_run(now)], cursor=None)
        sessions = pending_work.pending_sessions(connection, since)
        latest_source_update = pending_work.latest_source_update(connection)
        clients, enqueued_until = pending_work.clients_to_refresh(connection)
    new_cursor = orjson.dumps(
        {
            "last_full_scan_at": now if is_full_scan else last_full_scan_at,
            "latest_source_update": latest_source_update,
        }
        if latest_source_update
        else {}
    ).decode()
    work = [f"{session.job_id}:{session.source_revision}:{session.attempts}" for session in sessions]
    work += [f"{client}:{enqueued_until}" for client in clients]
    if not work:
        return dg.SensorResult(skip_reason="No pending sessions or clients.", cursor=new_cursor)
    return dg.SensorResult(
        run_requests=[_incremental_run(context, work, now, since, len(sessions))], cursor=new_cursor
    )


def _full_run(now: datetime) -> dg.RunRequest:
    """Return a run of all models, requested again every ten minutes while the run fails."""
    slot = int(now.timestamp() // FULL_SCAN_INTERVAL.total_seconds())
    return dg.RunRequest(
        run_key=f"models:{slot}",
        job_name=jobs.refresh_all.name,
        run_config=run_config(as_of=_today(now)),
        tags={"reason": "models changed"},
    )


def _incremental_run(
    context: dg.SensorEvaluationContext,
    work: Iterable[str],
    now: datetime,
    since: datetime | None,
    session_count: int,
) -> dg.RunRequest:
    # Dagster starts one run per key: the same work needs a new key after a failure, at growing intervals
    key = hashlib.sha256("|".join(sorted(work)).encode()).hexdigest()[:32]
    failures = _consecutive_failures(context, key)
    delay = min(MIN_RETRY_SECONDS * 2**failures, MAX_RETRY_SECONDS)
    slot = int(now.timestamp() // delay) if failures else 0
    return dg.RunRequest(
        run_key=f"{key}:{failures}:{slot}",
        job_name=jobs.compute_session_analytics.name,
        run_config=run_config(
            pending_only=True, as_of=_today(now), changed_since=since.isoformat() if since else ""
        ),
        tags={WORK_TAG: key, "sessions": str(session_count)} | HIGH_PRIORITY,
    )


def _consecutive_failures(context: dg.SensorEvaluationContext, key: str) -> int:
    runs = context.instance.get_runs(dg.RunsFilter(tags={WORK_TAG: key}), limit=10)
    return sum(run.status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED) for run in runs)


@dg.sensor(
    name="compute_requests",
    job=jobs.compute_session_analytics,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a run for the clients of pending compute requests.",
)
def compute_requests(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Request one run for all pending requests; a request whose run died is retried up to three times."""
    with connect() as connection:
        if not pending_work.is_built(connection):
            return dg.SkipReason("The models are not built yet.")
        is_inactive = run_is_inactive(context.instance)
        requests.fail_exhausted(connection, is_inactive)
        pending = [
            request
            for request in requests.open_requests(connection)
            if request.run_id is None or is_inactive(request.run_id)
        ]
    if not pending:
        return dg.SkipReason("No pending compute requests.")
    if _has_run(context, [jobs.compute_session_analytics.name], NOT_STARTED):
        return dg.SkipReason("A queued run will claim the pending requests.")
    key = hashlib.sha256(
        "|".join(sorted(f"{request.task_id}:{request.attempts}" for request in pending)).encode()
    ).hexdigest()
    return dg.RunRequest(
        run_key=key[:32],
        run_config=run_config(pending_only=True, as_of=_today(datetime.now(UTC))),
        tags={"requests": str(len(pending))} | HIGH_PRIORITY,
    )


@dg.sensor(
    name="nightly_catch_up",
    jobs=[jobs.compute_client_analytics, jobs.compute_risk_scores, jobs.generate_risk_alerts],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a nightly job whose start time has passed, once the stage it depends on is computed.",
)
def nightly_catch_up(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Request runs that the schedules missed: a stopped daemon, a failed run or a late earlier stage."""
    now = datetime.now(UTC)
    zone = PipelineSettings().zone
    with connect() as connection:
        if not pending_work.is_built(connection) or not models_up_to_date(connection):
            return dg.SkipReason("Waiting for the initial full run, which also covers tonight.")
        for stage in NIGHTLY:
            due = due_date(stage, now, zone)
            if _has_run(context, [stage.job], ACTIVE):
                return dg.SkipReason(f"A run of {stage.job} is in progress.")
            failed = context.instance.get_runs(
                dg.RunsFilter(
                    job_name=stage.job, statuses=[dg.DagsterRunStatus.FAILURE], tags={DATE_TAG: str(due)}
                ),
                limit=CATCH_UP_ATTEMPTS,
            )
            run = nightly_run(connection, stage, due, attempt=len(failed) + 2)
            if isinstance(run, dg.RunRequest):
                if _is_too_soon(context, stage.job, len(failed), now):
                    return dg.SkipReason(f"Waiting before the next attempt of {stage.job}.")
                return run
    return dg.SkipReason("All nightly stages that are due are computed.")


def _is_too_soon(context: dg.SensorEvaluationContext, job: str, failures: int, now: datetime) -> bool:
    """Return whether the last attempt is younger than a growing delay: 1, 2, 4 … 60 minutes."""
    last = next(iter(context.instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)), None)
    if last is None:
        return False
    delay = (
        timedelta(minutes=min(2**failures, MAX_NIGHTLY_RETRY_MINUTES)) if failures else timedelta(seconds=30)
    )
    return now - last.create_timestamp.astimezone(UTC) < delay


def _has_run(
    context: dg.SensorEvaluationContext, names: Iterable[str], statuses: list[dg.DagsterRunStatus]
) -> bool:
    return any(
        context.instance.get_runs(dg.RunsFilter(job_name=name, statuses=statuses), limit=1) for name in names
    )


def _today(now: datetime) -> str:
    return business_date(now, PipelineSettings().zone).isoformat()
