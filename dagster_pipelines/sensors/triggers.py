"""Sensors that start what waits. What waits is asked of Postgres each time; a cursor only saves work."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import dagster as dg
import orjson

from dagster_pipelines import jobs
from dagster_pipelines.nightly import NIGHTLY, due_day, request
from dagster_pipelines.options import run_config
from dagster_pipelines.run_status import run_is_inactive
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state import compute_requests as requests
from dagster_pipelines.state import pending_work
from dagster_pipelines.state.computed_dates import business_day
from dagster_pipelines.state.model_builds import models_up_to_date
from dagster_pipelines.state.write_lock import connect

WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
ACTIVE = [*WAITING, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
OVERLAP = timedelta(hours=1)
"""How far behind the newest mark the next look begins: clocks step, and transactions commit late."""
FULL_SCAN_INTERVAL = timedelta(minutes=10)
"""How often every session's state is compared, whatever its marks say."""
CATCH_UP_ATTEMPTS = 20
HIGH_PRIORITY = {"dagster/priority": "1"}
"""A run that somebody waits for is started before the nightly ones that wait in the queue."""


@dg.sensor(
    name="completed_sessions",
    jobs=[jobs.compute_session_analytics, jobs.refresh_all],
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts one run for all sessions that are completed or changed and not computed so.",
)
def completed_sessions(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One run for whatever waits; a run that has not begun yet will take it along."""
    if _has_run(context, [jobs.compute_session_analytics.name, jobs.refresh_all.name], ACTIVE):
        return dg.SkipReason("A run that takes up what waits is under way.")
    now = datetime.now(UTC)
    seen = orjson.loads(context.cursor) if context.cursor else {}
    last_full_scan_at = (
        datetime.fromisoformat(seen["last_full_scan_at"]) if "last_full_scan_at" in seen else None
    )
    is_full_scan = (
        last_full_scan_at is None or not timedelta(0) <= now - last_full_scan_at < FULL_SCAN_INTERVAL
    )
    with connect() as connection:
        if not pending_work.is_built(connection) or not models_up_to_date(connection):
            return dg.SensorResult(run_requests=[_first_run(now)], cursor=None)
        since = None if is_full_scan or "mark" not in seen else datetime.fromisoformat(seen["mark"]) - OVERLAP
        pending = pending_work.pending_sessions(connection, since)
        mark = pending_work.latest_source_update(connection)
        clients, noted = pending_work.clients_to_refresh(connection)
    cursor = orjson.dumps(
        {"last_full_scan_at": (now if is_full_scan else last_full_scan_at), "mark": mark} if mark else {}
    ).decode()
    waiting = [f"{one.job_id}:{one.source_revision}:{one.attempts}" for one in pending]
    waiting += [f"{client}:{noted}" for client in clients]
    if not waiting:
        return dg.SensorResult(skip_reason="Everything is computed.", cursor=cursor)
    return dg.SensorResult(
        run_requests=[_live_run(context, waiting, now, since, len(pending))], cursor=cursor
    )


def _first_run(now: datetime) -> dg.RunRequest:
    """The whole chain, once for each version of the models (and again each ten minutes while it fails)."""
    slot = int(now.timestamp() // FULL_SCAN_INTERVAL.total_seconds())
    return dg.RunRequest(
        run_key=f"models:{slot}",
        job_name=jobs.refresh_all.name,
        run_config=run_config(as_of=_today(now)),
        tags={"reason": "models changed"},
    )


def _live_run(
    context: dg.SensorEvaluationContext,
    waiting: Iterable[str],
    now: datetime,
    since: datetime | None,
    sessions: int,
) -> dg.RunRequest:
    # the same work after a run that failed gets another key, later and later: keys are remembered for ever
    key = hashlib.sha256("|".join(sorted(waiting)).encode()).hexdigest()[:32]
    failures = _failures_in_a_row(context, key)
    slot = int(now.timestamp() // min(15 * 2**failures, 900)) if failures else 0
    return dg.RunRequest(
        run_key=f"{key}:{failures}:{slot}",
        job_name=jobs.compute_session_analytics.name,
        run_config=run_config(
            pending_only=True, as_of=_today(now), changed_since=since.isoformat() if since else ""
        ),
        tags={"work": key, "sessions": str(sessions)} | HIGH_PRIORITY,
    )


def _failures_in_a_row(context: dg.SensorEvaluationContext, key: str) -> int:
    runs = context.instance.get_runs(dg.RunsFilter(tags={"work": key}), limit=10)
    return sum(run.status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED) for run in runs)


@dg.sensor(
    name="compute_requests",
    job=jobs.compute_session_analytics,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a run for the clients whom coaches asked to have computed again.",
)
def compute_requests(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """All open requests make one run; what a dead run left behind is taken up again, three times."""
    with connect() as connection:
        if not pending_work.is_built(connection):
            return dg.SkipReason("Nothing was built yet.")
        requests.fail_exhausted(connection, run_is_inactive(context.instance))
        waiting = [
            one
            for one in requests.open_requests(connection)
            if one.run_id is None or run_is_inactive(context.instance)(one.run_id)
        ]
    if not waiting:
        return dg.SkipReason("Nobody asked.")
    if _has_run(context, [jobs.compute_session_analytics.name], WAITING):
        return dg.SkipReason("A run that takes them up waits to be started.")
    key = hashlib.sha256(
        "|".join(sorted(f"{one.task_id}:{one.attempts}" for one in waiting)).encode()
    ).hexdigest()
    return dg.RunRequest(
        run_key=key[:32],
        run_config=run_config(pending_only=True, as_of=_today(datetime.now(UTC))),
        tags={"requests": str(len(waiting))} | HIGH_PRIORITY,
    )


@dg.sensor(
    name="nightly_catch_up",
    jobs=[jobs.compute_client_analytics, jobs.compute_risk_scores, jobs.generate_risk_alerts],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a nightly stage whose hour has passed, as soon as what it rests on is there.",
)
def nightly_catch_up(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """What a stopped daemon, a failed run or a late predecessor left undone; tries come later and later."""
    now = datetime.now(UTC)
    zone = PipelineSettings().zone
    with connect() as connection:
        if not pending_work.is_built(connection) or not models_up_to_date(connection):
            return dg.SkipReason("A complete run comes first, and speaks for the night too.")
        for stage in NIGHTLY:
            day = due_day(stage, now, zone)
            if _has_run(context, [stage.job], ACTIVE):
                return dg.SkipReason(f"{stage.job} is under way.")
            failed = context.instance.get_runs(
                dg.RunsFilter(
                    job_name=stage.job, statuses=[dg.DagsterRunStatus.FAILURE], tags={"day": str(day)}
                ),
                limit=CATCH_UP_ATTEMPTS,
            )
            wanted = request(connection, stage, day, attempt=len(failed) + 2)
            if isinstance(wanted, dg.RunRequest):
                if _is_too_soon(context, stage.job, len(failed), now):
                    return dg.SkipReason(f"{stage.job} was tried a moment ago; the next try waits.")
                return wanted
    return dg.SkipReason("Every night whose hour has passed is computed.")


def _is_too_soon(context: dg.SensorEvaluationContext, job: str, failures: int, now: datetime) -> bool:
    """Whether the job's last try is less than a growing pause ago: 1, 2, 4 … 60 minutes."""
    last = next(iter(context.instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)), None)
    if last is None:
        return False
    pause = timedelta(minutes=min(2**failures, 60)) if failures else timedelta(seconds=30)
    return now - last.create_timestamp.astimezone(UTC) < pause


def _has_run(
    context: dg.SensorEvaluationContext, names: Iterable[str], statuses: list[dg.DagsterRunStatus]
) -> bool:
    return any(
        context.instance.get_runs(dg.RunsFilter(job_name=name, statuses=statuses), limit=1) for name in names
    )


def _today(now: datetime) -> str:
    return business_day(now, PipelineSettings().zone).isoformat()
