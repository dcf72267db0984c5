"""Posts alert deliveries to the coach's webhook, signed as Standard Webhooks specifies."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
from standardwebhooks import Webhook

from dagster_pipelines.settings import PipelineSettings

PAYLOAD_FIELDS = ("alert_id", "event", "coach_id", "client_id", "alert_type", "severity", "opened_date")
MAX_RESPONSE_BYTES = 65_536


def post(client: httpx.Client, settings: PipelineSettings, delivery: Mapping[str, Any]) -> str | None:
    """Post a delivery; return None after a complete 2xx response, otherwise an error message.

    The message never quotes the response.
    """
    delivery_id = str(delivery["delivery_id"])
    body = orjson.dumps({"id": delivery_id} | {field: delivery[field] for field in PAYLOAD_FIELDS})
    headers = {"content-type": "application/json"} | _signed_headers(settings, delivery_id, body)
    deadline = time.monotonic() + settings.alert_webhook_timeout_seconds
    try:
        with client.stream(
            "POST", str(settings.alert_webhook_url), content=body, headers=headers
        ) as response:
            if not response.is_success:
                return f"HTTP {response.status_code}"
            # the status alone is not enough: the connection may break off, or the body may never end
            for _ in response.iter_raw():
                if time.monotonic() > deadline or response.num_bytes_downloaded > MAX_RESPONSE_BYTES:
                    return "incomplete response"
    except httpx.TimeoutException:
        return "timeout"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return None


def _signed_headers(settings: PipelineSettings, delivery_id: str, body: bytes) -> dict[str, str]:
    secret = settings.alert_webhook_secret.get_secret_value() if settings.alert_webhook_secret else ""
    now = datetime.now(UTC)
    timestamp = str(int(now.timestamp()))
    if settings.webhook_legacy_signature:
        message = f"{delivery_id}.{timestamp}.".encode() + body
        signature = "v1," + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    else:
        key = secret if secret.startswith("whsec_") else secret.encode()
        signature = Webhook(key).sign(delivery_id, now, body.decode())
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }
