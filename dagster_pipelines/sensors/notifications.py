"""Sensors that tell the outside: alerts to a coach's webhook, failed runs to the operator."""

import dagster as dg
import httpx

from dagster_pipelines.failure_messages import failure_message
from dagster_pipelines.notifications import outbox
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state import pending_work
from dagster_pipelines.state.write_lock import connect


@dg.sensor(
    name="alert_deliveries",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Posts alerts that opened or grew urgent to ALERT_WEBHOOK_URL, signed, until it says yes.",
)
def alert_deliveries(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Works in the tick itself: a run for each try would cost more than the try."""
    settings = PipelineSettings()
    if not settings.alert_webhook_url:
        return dg.SkipReason("No webhook is set.")
    with connect() as connection:
        if not pending_work.is_built(connection):
            return dg.SkipReason("Nothing was built yet.")
        delivered, failed = outbox.deliver(connection, settings)
    if failed:
        context.log.warning(f"{failed} deliveries of alerts failed and will be tried again.")
    return dg.SkipReason(f"{delivered} delivered, {failed} failed.")


@dg.run_failure_sensor(
    name="failed_runs",
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=10,
    description="Writes a line for the operator about each failed run, and posts it to FAILURE_WEBHOOK_URL.",
)
def failed_runs(context: dg.RunFailureSensorContext) -> None:
    """Ids, steps and reasons in our own words; nothing that a row held."""
    steps = {event.step_key: _reason(event) for event in context.get_step_failure_events()}
    reasons = "; ".join(f"{step}: {reason}" for step, reason in steps.items()) or "the run's process died"
    context.log.error(f"Run {context.dagster_run.run_id} of {context.dagster_run.job_name} failed: {reasons}")
    post_failure(context.dagster_run.job_name, context.dagster_run.run_id, steps)


def post_failure(job: str, run_id: str, steps: dict[str | None, str]) -> bool:
    """Post a failed run to the operator's webhook, if one is set; whether it said yes."""
    address = PipelineSettings().failure_webhook_url
    if not address:
        return False
    body = {
        "event": "run_failed",
        "job": job,
        "run_id": run_id,
        "steps": {str(k): v for k, v in steps.items()},
    }
    try:
        return httpx.post(address, json=body, timeout=5, trust_env=False).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        # the line is in the log; a receiver that is down must not make the hook fail
        return False


def _reason(event: dg.DagsterEvent) -> str:
    return failure_message(event.step_failure_data.error)
