"""Delivery of alerts to receivers that are slow, unavailable or invalid: at least once and signed."""

import base64
import hashlib
import hmac
import json
import socket
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from dagster_pipelines.notifications import outbox
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.write_lock import connect
from tests.support.webhooks import Receiver, add_delivery
from warehouse.sql_files import load_sql

KEY = bytes(range(200, 232))
WHSEC_SECRET = "whsec_" + base64.b64encode(KEY).decode()
RAW_SECRET = "a-secret-for-tests"
TRUNCATED_RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok"
PAYLOAD = {
    "id",
    "alert_id",
    "event",
    "coach_id",
    "client_id",
    "alert_type",
    "severity",
    "opened_date",
}
"""Ids and words of a fixed vocabulary: nothing of the alert's text, no names."""


def settings(url: str, secret: str = RAW_SECRET, **more: Any) -> PipelineSettings:
    return PipelineSettings(
        alert_webhook_url=url, alert_webhook_secret=secret, alert_webhook_timeout_seconds=0.5, **more
    )


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with connect() as connection:
        connection.execute("truncate operations.alert_deliveries")
        yield connection


def state_of(connection: psycopg.Connection[Any], delivery_id: uuid.UUID) -> dict[str, Any]:
    row = connection.execute(
        "select delivered_at is not null, attempts, last_error, next_attempt_at > now(), "
        "next_attempt_at is null "
        "from operations.alert_deliveries where delivery_id = %s",
        [delivery_id],
    ).fetchone()
    assert row is not None
    return dict(zip(("delivered", "attempts", "error", "is_scheduled", "is_over"), row, strict=True))


def received_by(
    connection: psycopg.Connection[Any], **values: Any
) -> tuple[uuid.UUID, dict[str, str], bytes]:
    """Deliver one alert with these settings and return its id, and the headers and body received."""
    delivery_id = add_delivery(connection)
    receiver = Receiver()
    with receiver.listening() as url:
        assert outbox.deliver(connection, settings(url, **values)) == (1, 0)
    ((headers, body),) = receiver.received
    return delivery_id, headers, body


@pytest.mark.parametrize(
    ("secret", "receiver_secret"),
    [
        (WHSEC_SECRET, WHSEC_SECRET),
        (WHSEC_SECRET.rstrip("="), WHSEC_SECRET),
        (RAW_SECRET, base64.b64encode(RAW_SECRET.encode()).decode()),
    ],
    ids=["whsec", "whsec without padding", "raw"],
)
def test_deliver__is_verified_by_the_standard_webhooks_library(
    database: psycopg.Connection[Any], secret: str, receiver_secret: str
) -> None:
    delivery_id, headers, body = received_by(database, secret=secret)
    payload = Webhook(receiver_secret).verify(body, headers)
    assert set(payload) == PAYLOAD
    assert payload["id"] == headers["webhook-id"] == str(delivery_id)
    assert state_of(database, delivery_id)["delivered"]

    with pytest.raises(WebhookVerificationError):
        Webhook(base64.b64encode(b"another key").decode()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(receiver_secret).verify(body.replace(b"warning", b"urgent"), headers)


def test_deliver__with_the_legacy_signature_sends_a_hexadecimal_digest(
    database: psycopg.Connection[Any],
) -> None:
    with pytest.warns(FutureWarning, match="WEBHOOK_LEGACY_SIGNATURE stops working in version"):
        _, headers, body = received_by(database, secret=WHSEC_SECRET, webhook_legacy_signature=True)
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}"
    digest = hmac.digest(WHSEC_SECRET.encode(), message.encode(), hashlib.sha256).hex()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert set(json.loads(body)) == PAYLOAD


def test_deliver__does_not_repeat_an_accepted_delivery(database: psycopg.Connection[Any]) -> None:
    add_delivery(database)
    receiver = Receiver()
    with receiver.listening() as url:
        outbox.deliver(database, settings(url))
        assert outbox.deliver(database, settings(url)) == (0, 0)
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("receiver", "error"),
    [
        (Receiver(delay=2.0), "timeout"),
        (Receiver(status=500), "HTTP 500"),
        (Receiver(status=302, location="http://127.0.0.1:1/elsewhere"), "HTTP 302"),
        (Receiver(raw=TRUNCATED_RESPONSE), "RemoteProtocolError"),
        (Receiver(raw=b"this is not HTTP\r\n\r\n"), "RemoteProtocolError"),
    ],
    ids=["timeout", "server error", "redirect", "truncated response", "not HTTP"],
)
def test_deliver__retries_after(database: psycopg.Connection[Any], receiver: Receiver, error: str) -> None:
    delivery_id = add_delivery(database)
    with receiver.listening() as url:
        assert outbox.deliver(database, settings(url)) == (0, 1)
    state = state_of(database, delivery_id)
    assert state["error"] == error
    assert state["is_scheduled"]
    assert not state["delivered"]

    database.execute("update operations.alert_deliveries set next_attempt_at = now()")
    healthy = Receiver()
    with healthy.listening() as url:
        assert outbox.deliver(database, settings(url)) == (1, 0)
    assert healthy.received[0][0]["webhook-id"] == str(delivery_id), "receivers discard duplicates by this id"


def test_deliver__stops_retrying_an_unavailable_receiver_after_the_maximum_attempts(
    database: psycopg.Connection[Any],
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    delivery_id = add_delivery(database)
    assert outbox.deliver(database, settings(url, alert_webhook_max_attempts=2)) == (0, 1)
    assert state_of(database, delivery_id)["error"] == "ConnectError"
    database.execute("update operations.alert_deliveries set next_attempt_at = now()")
    assert outbox.deliver(database, settings(url, alert_webhook_max_attempts=2)) == (0, 1)
    assert state_of(database, delivery_id)["is_over"]


def test_deliver__delays_grow_with_each_attempt(database: psycopg.Connection[Any]) -> None:
    delays = []
    for attempts in (0, 1, 4, 20):
        delivery_id = add_delivery(database, attempts=attempts)
        with Receiver(status=503).listening() as url:
            outbox.deliver(database, settings(url, alert_webhook_max_attempts=50))
        row = database.execute(
            "select extract(epoch from next_attempt_at - now())::integer from operations.alert_deliveries "
            "where delivery_id = %s",
            [delivery_id],
        ).fetchone()
        assert row is not None
        delays.append(row[0])
    assert delays == pytest.approx([15, 30, 240, 21600], abs=3)


def test_deliver__a_crash_after_the_claim_delays_the_delivery(database: psycopg.Connection[Any]) -> None:
    delivery_id = add_delivery(database)
    database.execute(load_sql("dagster_pipelines.notifications", "claim_delivery")).fetchall()
    assert state_of(database, delivery_id)["is_scheduled"]
    database.execute("update operations.alert_deliveries set next_attempt_at = now()")
    receiver = Receiver()
    with receiver.listening() as url:
        assert outbox.deliver(database, settings(url)) == (1, 0)


def test_settings__reject_a_webhook_without_a_secret() -> None:
    with pytest.raises(ValidationError, match="ALERT_WEBHOOK_SECRET"):
        PipelineSettings(alert_webhook_url="http://127.0.0.1:1/")


@pytest.mark.parametrize("secret", ["whsec_", "whsec_=", "whsec_not base64", "whsec_abcde"])
def test_settings__reject_a_whsec_secret_that_is_not_base64_without_quoting_it(secret: str) -> None:
    with pytest.raises(ValidationError, match="base64-encoded key") as raised:
        PipelineSettings(alert_webhook_secret=secret)
    assert f"{secret}'" not in str(raised.value)
