"""A local JWKS server whose document, status and delay tests can change."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class KeyServer:
    url: str
    document: dict[str, Any]
    status: int = 200
    request_count: int = 0
    delay_seconds: float = 0


@contextmanager
def key_server(document: dict[str, Any]) -> Iterator[KeyServer]:
    """Serves the document on loopback."""
    wake = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.request_count += 1
            if state.delay_seconds:
                wake.wait(state.delay_seconds)
            self.send_response(state.status)
            self.end_headers()
            self.wfile.write(json.dumps(state.document).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = KeyServer(f"http://127.0.0.1:{server.server_port}/jwks.json", document)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        wake.set()
        server.shutdown()
        server.server_close()
        thread.join()
