"""The outbox of alert deliveries: alerts are enqueued by a run and posted by a sensor, at least once."""

import time
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from dagster_pipelines.notifications import webhook
from dagster_pipelines.settings import PipelineSettings
from warehouse.sql_files import load_sql


def enqueue(connection: psycopg.Connection[Any], settings: PipelineSettings) -> int:
    """Enqueue alerts that opened or became urgent and return their number; 0 if no webhook is configured.

    Alerts that the coach has muted or acknowledged are not enqueued.
    """
    if not settings.alert_webhook_url:
        return 0
    return connection.execute(load_sql(__package__, "enqueue_alerts")).rowcount


def deliver(
    connection: psycopg.Connection[Any], settings: PipelineSettings, seconds: float = 20.0
) -> tuple[int, int]:
    """Post the deliveries that are due, for about `seconds`, and return the counts (delivered, failed)."""
    delivered = failed = 0
    if not settings.alert_webhook_url:
        return 0, 0
    deadline = time.monotonic() + seconds
    with (
        httpx.Client(
            timeout=settings.alert_webhook_timeout_seconds, follow_redirects=False, trust_env=False
        ) as client,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        while time.monotonic() < deadline:
            delivery = cursor.execute(load_sql(__package__, "claim_delivery")).fetchone()
            if delivery is None:
                break
            error = webhook.post(client, settings, delivery)
            if error is None:
                cursor.execute(load_sql(__package__, "record_success"), delivery)
                delivered += 1
            else:
                outcome = {"error": error, "max_attempts": settings.alert_webhook_max_attempts}
                cursor.execute(load_sql(__package__, "record_failure"), delivery | outcome)
                failed += 1
    return delivered, failed
