"""Sensors that send notifications: alerts to the coach's webhook, failed runs to the operator."""

import dagster as dg
import httpx

from dagster_pipelines.failure_messages import failure_message
from dagster_pipelines.notifications import outbox
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state import pending_work
from dagster_pipelines.state.write_lock import connect

FAILURE_TIMEOUT_SECONDS = 5


@dg.sensor(
    name="deliver_alerts",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Posts the alerts in operations/alert_deliveries to ALERT_WEBHOOK_URL, signed, and retries failed "
        "deliveries."
    ),
)
def deliver_alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Post within the tick: a run per attempt would cost more than the attempt."""
    settings = PipelineSettings()
    if not settings.alert_webhook_url:
        return dg.SkipReason("ALERT_WEBHOOK_URL is not set.")
    with connect() as connection:
        if not pending_work.is_built(connection):
            return dg.SkipReason("The models are not built yet.")
        delivered, failed = outbox.deliver(connection, settings)
    if failed:
        context.log.warning(f"{failed} alert deliveries failed and will be retried.")
    return dg.SkipReason(f"{delivered} delivered, {failed} failed.")


@dg.run_failure_sensor(
    name="failed_runs",
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=10,
    description="Logs each failed run in one line and posts it to FAILURE_WEBHOOK_URL.",
)
def failed_runs(context: dg.RunFailureSensorContext) -> None:
    """Report ids, steps and reasons; no data."""
    steps = {
        event.step_key: failure_message(event.step_failure_data.error)
        for event in context.get_step_failure_events()
    }
    reasons = "; ".join(f"{step}: {reason}" for step, reason in steps.items()) or "the run's process died"
    context.log.error(f"Run {context.dagster_run.run_id} of {context.dagster_run.job_name} failed: {reasons}")
    post_failure(context.dagster_run.job_name, context.dagster_run.run_id, steps)


def post_failure(job: str, run_id: str, steps: dict[str | None, str]) -> bool:
    """Post a failed run to the operator's webhook, if configured; return whether it responded with 2xx."""
    url = PipelineSettings().failure_webhook_url
    if not url:
        return False
    body = {
        "event": "run_failed",
        "job": job,
        "run_id": run_id,
        "steps": {str(step): reason for step, reason in steps.items()},
    }
    try:
        response = httpx.post(url, json=body, timeout=FAILURE_TIMEOUT_SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        # the failure is logged already; an unavailable receiver must not fail the sensor
        return False
    return response.is_success
