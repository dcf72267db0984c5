"""Alerts on their way to the webhook: written down first, then posted, until the receiver has said yes."""

import hashlib
import hmac
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import psycopg

from dagster_pipelines.settings import PipelineSettings

FILL = """
insert into operations.alert_deliveries
    (alert_id, event, coach_id, client_id, alert_type, severity, opened_date)
select
    alerts.id,
    case
        when exists (
            select from operations.alert_deliveries as sent
            where sent.alert_id = alerts.id and sent.severity <> 'urgent'
        ) and alerts.severity = 'urgent' then 'escalated'
        else 'opened'
    end,
    alerts.coach_id, alerts.client_id, alerts.alert_type, alerts.severity, alerts.opened_date
from ai_backend.risk_alerts as alerts
where alerts.status = 'pending' and not alerts.is_muted
on conflict (alert_id, event) do nothing
"""

CLAIM = """
update operations.alert_deliveries set
    attempts = attempts + 1,
    next_attempt_at = now() + least(power(2, attempts) * 15, 21600) * interval '1 second'
where delivery_id = (
    select delivery_id from operations.alert_deliveries
    where next_attempt_at <= now()
    order by next_attempt_at, delivery_id
    limit 1
    for update skip locked
)
returning delivery_id, alert_id, event, coach_id, client_id, alert_type, severity, opened_date, attempts
"""
"""Takes one and puts its next try off at once (15 seconds, doubling up to six hours): whoever dies with it in
hand delays it, and loses nothing."""

DONE = """
update operations.alert_deliveries set delivered_at = now(), next_attempt_at = null, last_error = null
where delivery_id = %s
"""
FAILED = """
update operations.alert_deliveries
set last_error = %(error)s, next_attempt_at = case when attempts < %(most)s then next_attempt_at end
where delivery_id = %(delivery_id)s
"""
PAYLOAD = ("alert_id", "event", "coach_id", "client_id", "alert_type", "severity", "opened_date")


def fill(connection: psycopg.Connection[Any], settings: PipelineSettings) -> int:
    """Write down what opened or grew urgent since; how many. Nothing where no webhook is set.

    Alerts that a coach has muted or acknowledged are not posted.
    """
    if not settings.alert_webhook_url:
        return 0
    return connection.execute(FILL).rowcount


def deliver(
    connection: psycopg.Connection[Any], settings: PipelineSettings, seconds: float = 20.0
) -> tuple[int, int]:
    """Post what is due, within about `seconds`; (delivered, failed). A failure waits for its next try."""
    delivered = failed = 0
    until = time.monotonic() + seconds
    if not settings.alert_webhook_url or settings.alert_webhook_secret is None:
        return 0, 0
    with httpx.Client(
        timeout=settings.alert_webhook_timeout_seconds, follow_redirects=False, trust_env=False
    ) as client:
        while time.monotonic() < until:
            cursor = connection.execute(CLAIM)
            row = cursor.fetchone()
            if row is None or cursor.description is None:
                break
            claimed = dict(zip((column.name for column in cursor.description), row, strict=True))
            error = _post(client, settings, claimed)
            if error is None:
                connection.execute(DONE, [claimed["delivery_id"]])
                delivered += 1
            else:
                connection.execute(
                    FAILED,
                    {
                        "delivery_id": claimed["delivery_id"],
                        "error": error,
                        "most": settings.alert_webhook_max_attempts,
                    },
                )
                failed += 1
    return delivered, failed


def signature(secret: str, delivery_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the hexadecimal HMAC-SHA256 of "id.timestamp.body"; the receiver computes the same."""
    message = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _post(client: httpx.Client, settings: PipelineSettings, claimed: dict[str, Any]) -> str | None:
    """Post one; None when the receiver said 2xx, else what went wrong, in words of our own."""
    delivery_id, timestamp = str(claimed["delivery_id"]), str(int(datetime.now(UTC).timestamp()))
    body = orjson.dumps({"id": delivery_id} | {name: claimed[name] for name in PAYLOAD})
    secret = settings.alert_webhook_secret.get_secret_value() if settings.alert_webhook_secret else ""
    headers = {
        "content-type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(secret, delivery_id, timestamp, body),
    }
    until = time.monotonic() + settings.alert_webhook_timeout_seconds
    try:
        with client.stream(
            "POST", str(settings.alert_webhook_url), content=body, headers=headers
        ) as response:
            if not response.is_success:
                return f"HTTP {response.status_code}"
            # an answer that breaks off, or never ends, is no yes
            for _ in response.iter_raw():
                if time.monotonic() > until or response.num_bytes_downloaded > 65536:
                    return "the answer did not end"
    except httpx.TimeoutException:
        return "no answer in time"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return None
