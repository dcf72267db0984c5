"""Rows of the outbox, and a real HTTP server that receives deliveries."""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg

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
