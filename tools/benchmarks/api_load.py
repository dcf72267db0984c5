"""A caller of many connections that costs little itself: ready-made bytes out, lengths counted in."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "


@dataclass(frozen=True)
class Measured:
    """What a run gave: requests per second and latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float


class Connection(asyncio.Protocol):
    """Sends one request after the other and takes answers with one status only."""

    def __init__(self, requests: Sequence[bytes], status: bytes, start: int) -> None:
        self.requests = requests
        self.status = status
        self.number = start
        self.buffer = bytearray()
        self.answered: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the wire."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Wait for the whole answer."""
        self.buffer += data
        head = self.buffer.find(END_OF_HEAD)
        if head < 0:
            return
        at = self.buffer.find(LENGTH) + len(LENGTH)
        length = int(self.buffer[at : self.buffer.index(b"\r\n", at)])
        if len(self.buffer) < head + len(END_OF_HEAD) + length or self.answered is None:
            return
        status = bytes(self.buffer[9:12])
        self.buffer.clear()
        if status == self.status:
            self.answered.set_result(None)
        else:
            self.answered.set_exception(RuntimeError(f"status {status.decode()}"))

    async def ask(self) -> float:
        """One request; the seconds until its answer was there."""
        self.answered = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        self.transport.write(self.requests[self.number % len(self.requests)])
        self.number += 1
        await self.answered
        return time.perf_counter() - started


async def measure(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    seconds: float,
    *,
    per_second: float | None = None,
    status: bytes = b"200",
) -> Measured:
    """Ask as fast as the service answers, or at the steady rate `per_second`, late starts counted in.

    Raises RuntimeError when an answer has another status.
    """
    loop = asyncio.get_running_loop()
    wires = []
    for number in range(connections):
        factory = partial(Connection, requests, status, number * 7)
        _, wire = await loop.create_connection(factory, "127.0.0.1", port)
        wires.append(wire)
    for wire in wires:
        await wire.ask()
    latencies: list[float] = []
    started = time.perf_counter()
    interval = connections / per_second if per_second else 0.0

    async def caller(number: int, wire: Connection) -> None:
        due = started + interval * number / connections
        while (now := time.perf_counter()) - started < seconds:
            if interval:
                await asyncio.sleep(max(0.0, due - now))
                took = await wire.ask()
                latencies.append(time.perf_counter() - max(due, started))
                due += interval
            else:
                took = await wire.ask()
                latencies.append(took)

    await asyncio.gather(*(caller(number, wire) for number, wire in enumerate(wires)))
    took = time.perf_counter() - started
    for wire in wires:
        wire.transport.close()
    latencies.sort()
    return Measured(
        len(latencies) / took,
        latencies[len(latencies) // 2] * 1000,
        latencies[int(len(latencies) * 0.99)] * 1000,
    )
