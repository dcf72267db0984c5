"""An HTTP load generator with low CPU usage: sends prepared bytes and parses only status and length."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(frozen=True)
class LoadResult:
    """Throughput and latency percentiles in milliseconds."""

    per_second: float
    p50: float
    p99: float


class Connection(asyncio.Protocol):
    """Sends one request after the other and accepts responses with one status only."""

    def __init__(self, requests: Sequence[bytes], status: bytes, start: int) -> None:
        self.requests = requests
        self.status = status
        self.next_request = start
        self.buffer = bytearray()
        self.response: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Complete the request when its whole response has arrived."""
        self.buffer += data
        head = self.buffer.find(END_OF_HEAD)
        if head < 0:
            return
        at = self.buffer.find(LENGTH) + len(LENGTH)
        length = int(self.buffer[at : self.buffer.index(b"\r\n", at)])
        if len(self.buffer) < head + len(END_OF_HEAD) + length or self.response is None:
            return
        status = bytes(self.buffer[9:12])
        self.buffer.clear()
        if status == self.status:
            self.response.set_result(None)
        else:
            self.response.set_exception(RuntimeError(f"status {status.decode()}"))

    async def send(self) -> float:
        """Send the next request and return the seconds until its response."""
        self.response = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        self.transport.write(self.requests[self.next_request % len(self.requests)])
        self.next_request += 1
        await self.response
        return time.perf_counter() - started


async def measure(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    seconds: float,
    *,
    per_second: float | None = None,
    status: bytes = b"200",
) -> LoadResult:
    """Send requests at full speed, or at the rate `per_second`; latency then includes a late start.

    Raises RuntimeError when a response has another status.
    """
    loop = asyncio.get_running_loop()
    clients = []
    for number in range(connections):
        factory = partial(Connection, requests, status, number * 7)
        _, client = await loop.create_connection(factory, "127.0.0.1", port)
        clients.append(client)
    for client in clients:
        await client.send()
    latencies: list[float] = []
    started = time.perf_counter()
    interval = connections / per_second if per_second else 0.0

    async def send_requests(number: int, client: Connection) -> None:
        due = started + interval * number / connections
        while (now := time.perf_counter()) - started < seconds:
            if interval:
                await asyncio.sleep(max(0.0, due - now))
                await client.send()
                latencies.append(time.perf_counter() - max(due, started))
                due += interval
            else:
                latency = await client.send()
                latencies.append(latency)

    await asyncio.gather(*(send_requests(number, client) for number, client in enumerate(clients)))
    elapsed = time.perf_counter() - started
    for client in clients:
        client.transport.close()
    latencies.sort()
    return LoadResult(
        len(latencies) / elapsed,
        latencies[len(latencies) // 2] * 1000,
        latencies[int(len(latencies) * 0.99)] * 1000,
    )
