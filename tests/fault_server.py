"""HTTP server with an OpenAI-compatible API, a keyword-based model and scripted faults.

Used by the tests and the benchmark of the language model detector. The faults are those of real providers.
"""

import json
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

_NUMBERED = re.compile(r"^#(\d+) client: (.*)$", re.MULTILINE)

CUE_WORDS = {
    "I will": "commitment",
    "worried": "concern",
    "won't work": "resistance",
    "realized": "breakthrough",
}
"""The server's model: each of these texts is a cue of this type, with confidence 0.9."""


@dataclass(frozen=True)
class Fault:
    """Fault of one response."""

    kind: str
    """error, hang, drop, html, broken_body, malformed, no_choices, truncated, refusal, filtered or edit."""
    status: int = 500
    retry_after: str | None = None
    retry_after_date: float | None = None
    """Offset from now in seconds, sent as an HTTP date."""
    code: str | None = None
    seconds: float = 0.0
    edit: Callable[[list[dict[str, Any]]], Any] | None = None
    """Maps the lines of the response to the content that is sent instead."""


OK = Fault("none")


@dataclass
class ReceivedRequest:
    """A request with the numbered lines of its prompt."""

    body: dict[str, Any]
    authorization: str | None
    lines: list[tuple[int, str]]
    received_at: float = field(default_factory=time.monotonic)

    @property
    def user_message(self) -> str:
        """The message with the numbered lines."""
        return str(self.body["messages"][1]["content"])


class FaultServer:
    """Serves on a free local port; `requests` are the received requests in order."""

    def __init__(
        self,
        script: Iterable[Fault] = (),
        when: dict[str, Fault] | None = None,
        always: Fault = OK,
        delay_seconds: float = 0.0,
    ) -> None:
        """Faults come from `script` in order, then from `when` by text in the request, else `always`."""
        self.script = deque(script)
        self.when = when or {}
        self.always = always
        self.delay_seconds = delay_seconds
        self.requests: list[ReceivedRequest] = []
        self.response_count = 0
        self.max_concurrency = 0
        self._concurrency = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Base URL of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def receive(self, request: ReceivedRequest) -> Fault:
        """Record a request and return its fault."""
        with self.lock:
            self.requests.append(request)
            if self.script:
                return self.script.popleft()
        for words, fault in self.when.items():
            if any(words in text for _, text in request.lines):
                return fault
        return self.always

    def enter(self) -> None:
        """Count a request in flight."""
        with self.lock:
            self._concurrency += 1
            self.max_concurrency = max(self.max_concurrency, self._concurrency)

    def leave(self) -> None:
        """Remove a request in flight."""
        with self.lock:
            self._concurrency -= 1


@contextmanager
def serve_in_subprocess(delay_seconds: float) -> Iterator[str]:
    """Serve from a separate process, which does not slow down the client; yields the base URL."""
    command = [sys.executable, "-m", __name__, str(delay_seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


def label(lines: list[tuple[int, str]]) -> list[dict[str, Any]]:
    """Return the response lines with the cues of CUE_WORDS."""
    return [
        {
            "n": number,
            "cues": [
                {
                    "cue_type": cue_type,
                    "confidence": 0.9,
                    "quote": words,
                    "interpretation": f"Shows {cue_type}.",
                }
                for words, cue_type in CUE_WORDS.items()
                if words in text
            ],
        }
        for number, text in lines
    ]


class _Handler(BaseHTTPRequestHandler):
    owner: FaultServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        user = body["messages"][1]["content"]
        lines = [(int(number), text) for number, text in _NUMBERED.findall(user)]
        fault = self.owner.receive(ReceivedRequest(body, self.headers.get("authorization"), lines))
        self.owner.enter()
        try:
            self._serve(fault, body, lines)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self.owner.leave()

    def _serve(self, fault: Fault, body: dict[str, Any], lines: list[tuple[int, str]]) -> None:
        self.owner.stopping.wait(self.owner.delay_seconds + fault.seconds)
        match fault.kind:
            case "hang":
                self.owner.stopping.wait(60)
                self.close_connection = True
            case "drop":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                self.close_connection = True
            case "error":
                error = {"message": f"echo: {lines}", "type": "error", "code": fault.code, "param": None}
                self._send(fault.status, json.dumps({"error": error}), headers=_retry_after(fault))
            case "html":
                self._send(200, "<html>gateway</html>", content_type="text/html")
            case "broken_body":
                self._send(200, '{"id": "x", "choices": [')
            case "no_choices":
                self._send(200, json.dumps(_completion(body, "", "stop") | {"choices": []}))
            case "refusal":
                self._send(
                    200, json.dumps(_completion(body, None, "stop", refusal="I can't help with that."))
                )
            case "filtered":
                self._send(200, json.dumps(_completion(body, "", "content_filter")))
            case "malformed":
                self._send(200, json.dumps(_completion(body, "Sure! Here are the cues: {lines", "stop")))
            case "truncated":
                whole = json.dumps({"lines": label(lines)})
                self._send(200, json.dumps(_completion(body, whole[: len(whole) // 2], "length")))
            case _:
                response: Any = label(lines)
                if fault.edit:
                    response = fault.edit(response)
                content = response if isinstance(response, str) else json.dumps({"lines": response})
                self._send(200, json.dumps(_completion(body, content, "stop")))
                with self.owner.lock:
                    self.owner.response_count += 1

    def _send(
        self,
        status: int,
        text: str,
        *,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Suppress the access log."""


def _retry_after(fault: Fault) -> dict[str, str]:
    if fault.retry_after_date is not None:
        return {"retry-after": formatdate(time.time() + fault.retry_after_date, usegmt=True)}
    return {"retry-after": fault.retry_after} if fault.retry_after else {}


def _completion(
    body: dict[str, Any], content: str | None, finish_reason: str, refusal: str | None = None
) -> dict[str, Any]:
    prompt = sum(len(message["content"]) for message in body["messages"]) // 4
    completion = len(content or "") // 4 + 1
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "logprobs": None,
                "message": {"role": "assistant", "content": content, "refusal": refusal},
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        },
    }


def main() -> None:
    """Serve until standard input is closed; the first argument is the response delay in seconds."""
    with FaultServer(delay_seconds=float(sys.argv[1])) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
