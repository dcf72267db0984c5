"""Rows of the outbox, an HTTP server that receives deliveries, and a check of the documented receivers."""

import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg

from dagster_pipelines.notifications import outbox
from dagster_pipelines.settings import PipelineSettings
from tests.support.rows import insert, new_id


class Receiver:
    """Responds as configured and keeps the headers (lower case) and body of each request."""

    def __init__(
        self, status: int = 204, delay: float = 0.0, raw: bytes | None = None, location: str = ""
    ) -> None:
        self.status, self.delay, self.raw, self.location = status, delay, raw, location
        self.received: list[tuple[dict[str, str], bytes]] = []

    @contextmanager
    def listening(self) -> Iterator[str]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append(({k.lower(): v for k, v in self.headers.items()}, body))
                time.sleep(receiver.delay)
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


def add_delivery(connection: psycopg.Connection[Any], **values: Any) -> uuid.UUID:
    """Insert a delivery that is due and return its id."""
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


def check_receiver(
    connection: psycopg.Connection[Any], command: Sequence[str | Path], directory: Path, url: str, secret: str
) -> None:
    """Start a receiver and check that it accepts deliveries once each, and rejects other requests.

    It must print a line for each processed alert. `command` runs in `directory`.
    """
    settings, forged = (
        PipelineSettings(alert_webhook_url=url, alert_webhook_secret=key, alert_webhook_timeout_seconds=30)
        for key in (secret, "whsec_YW5vdGhlciBrZXk=")
    )
    output = directory / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(command, cwd=directory, stdout=file, stderr=subprocess.STDOUT)
    try:
        _wait_until_listening(process, output, httpx.URL(url))
        opened = {"alert_id": new_id(), "event": "opened"}
        add_delivery(connection, **opened)
        assert outbox.deliver(connection, settings) == (1, 0), output.read_text()
        # a second attempt of the same delivery, as after a response that was lost
        connection.execute("update operations.alert_deliveries set next_attempt_at = now()")
        assert outbox.deliver(connection, settings) == (1, 0), output.read_text()
        assert output.read_text().count(f"opened: alert {opened['alert_id']}, severity warning") == 1

        add_delivery(connection)
        assert outbox.deliver(connection, forged) == (0, 1)
        assert httpx.post(url, json={}, trust_env=False).status_code == 401
        malformed = {"webhook-id": "1", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1"}
        assert httpx.post(url, json={}, headers=malformed, trust_env=False).status_code == 401
        assert output.read_text().count("severity") == 1
    finally:
        process.kill()
        process.wait()


def _wait_until_listening(process: subprocess.Popen[bytes], output: Path, url: httpx.URL) -> None:
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None, output.read_text()
        try:
            socket.create_connection((url.host, url.port or 80), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.05)
        else:
            return
