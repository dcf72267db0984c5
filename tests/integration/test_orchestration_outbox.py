"""Alerts reach a receiver that is slow, down or lying: at least once, signed, and without anybody's words."""

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest

from dagster_pipelines.notifications import outbox
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.write_lock import connect
from tests.support.rows import insert, new_id

SECRET = "a-secret-for-tests"
SAYS_YES_BUT_BREAKS_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok"


class Receiver:
    """A real HTTP server that answers as a test tells it and remembers what it was sent."""

    def __init__(
        self, status: int = 204, wait: float = 0.0, raw: bytes | None = None, location: str = ""
    ) -> None:
        self.status, self.wait, self.raw, self.location = status, wait, raw, location
        self.received: list[tuple[dict[str, str], bytes]] = []

    @contextmanager
    def listening(self) -> Iterator[str]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
                time.sleep(receiver.wait)
                if receiver.raw is not None:
                    self.wfile.write(receiver.raw)
                    self.close_connection = True
                    return
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("location", receiver.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        finally:
            server.shutdown()
            server.server_close()


def settings(url: str, **more: Any) -> PipelineSettings:
    return PipelineSettings(
        alert_webhook_url=url, alert_webhook_secret=SECRET, alert_webhook_timeout_seconds=0.5, **more
    )


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with connect() as connection:
        connection.execute("truncate operations.alert_deliveries")
        yield connection


def add_delivery(connection: psycopg.Connection[Any], **values: Any) -> uuid.UUID:
    delivery_id = new_id()
    insert(
        connection,
        "operations.alert_deliveries",
        **{
            "delivery_id": delivery_id,
            "alert_id": new_id(),
            "event": "opened",
            "coach_id": new_id(),
            "client_id": new_id(),
            "alert_type": "new_high_risk",
            "severity": "warning",
            "opened_date": date(2026, 11, 22),
        }
        | values,
    )
    return delivery_id


def state_of(connection: psycopg.Connection[Any], delivery_id: uuid.UUID) -> dict[str, Any]:
    row = connection.execute(
        "select delivered_at is not null, attempts, last_error, next_attempt_at > now(), "
        "next_attempt_at is null "
        "from operations.alert_deliveries where delivery_id = %s",
        [delivery_id],
    ).fetchone()
    assert row is not None
    return dict(zip(("delivered", "attempts", "error", "waits", "is_over"), row, strict=True))


def test_deliver__posts_a_signed_body_of_ids_and_dictionary_words(database: psycopg.Connection[Any]) -> None:
    delivery_id = add_delivery(database)
    receiver = Receiver()
    with receiver.listening() as url:
        assert outbox.deliver(database, settings(url)) == (1, 0)

    headers, body = receiver.received[0]
    assert set(json.loads(body)) == {"id", *outbox.PAYLOAD}
    assert headers["webhook-id"] == str(delivery_id)
    expected = outbox.signature(SECRET, str(delivery_id), headers["webhook-timestamp"], body)
    assert headers["webhook-signature"] == expected
    assert outbox.signature("another", str(delivery_id), headers["webhook-timestamp"], body) != expected
    assert state_of(database, delivery_id)["delivered"]


def test_deliver__never_posts_again_what_was_accepted(database: psycopg.Connection[Any]) -> None:
    add_delivery(database)
    receiver = Receiver()
    with receiver.listening() as url:
        outbox.deliver(database, settings(url))
        assert outbox.deliver(database, settings(url)) == (0, 0)
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    ("receiver", "error"),
    [
        (Receiver(wait=2.0), "no answer in time"),
        (Receiver(status=500), "HTTP 500"),
        (Receiver(status=302, location="http://127.0.0.1:1/elsewhere"), "HTTP 302"),
        (Receiver(raw=SAYS_YES_BUT_BREAKS_OFF), "RemoteProtocolError"),
        (Receiver(raw=b"this is no HTTP\r\n\r\n"), "RemoteProtocolError"),
    ],
    ids=["slow", "failing", "redirecting", "breaking off after a yes", "talking nonsense"],
)
def test_deliver__waits_and_tries_again_after(
    database: psycopg.Connection[Any], receiver: Receiver, error: str
) -> None:
    delivery_id = add_delivery(database)
    with receiver.listening() as url:
        assert outbox.deliver(database, settings(url)) == (0, 1)
    state = state_of(database, delivery_id)
    assert state["error"] == error
    assert state["waits"]
    assert not state["delivered"]

    database.execute("update operations.alert_deliveries set next_attempt_at = now()")
    well = Receiver()
    with well.listening() as url:
        assert outbox.deliver(database, settings(url)) == (1, 0)
    assert well.received[0][0]["webhook-id"] == str(delivery_id), "the id by which a receiver drops doubles"


def test_deliver__survives_a_receiver_that_is_down_and_gives_up_in_the_end(
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


def test_deliver__pauses_grow_with_each_try(database: psycopg.Connection[Any]) -> None:
    pauses = []
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
        pauses.append(row[0])
    assert pauses == pytest.approx([15, 30, 240, 21600], abs=3)


def test_deliver__a_died_sender_delays_and_loses_nothing(database: psycopg.Connection[Any]) -> None:
    delivery_id = add_delivery(database)
    database.execute(outbox.CLAIM).fetchall()  # took it and died
    assert state_of(database, delivery_id)["waits"]
    database.execute("update operations.alert_deliveries set next_attempt_at = now()")
    receiver = Receiver()
    with receiver.listening() as url:
        assert outbox.deliver(database, settings(url)) == (1, 0)


def test_settings__refuse_a_webhook_without_a_secret() -> None:
    with pytest.raises(ValueError, match="ALERT_WEBHOOK_SECRET"):
        PipelineSettings(alert_webhook_url="http://127.0.0.1:1/")
