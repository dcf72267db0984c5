"""`make bench-api`: requests per second and latency of the busiest routes, beside baselines of the same run.

(a) the same SQL through pgbench, (b) a route with the same credentials and no database. One worker, loopback,
16 connections; audit, limits and logs on, and once more with the audit off.
"""

import argparse
import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
from rich.console import Console
from rich.table import Table

from api.gate import PREFIX
from benchmarks.api_data import practice
from benchmarks.api_load import Measured, measure
from benchmarks.api_pgbench import per_second as pgbench
from demo.token import demo_token

CONNECTIONS = 16
KEY = "key-of-the-benchmark-key-of-the-benchmark"
SECRET = "secret-of-the-benchmark-secret-of-the-benchmark"  # noqa: S105 - of the benchmark's own service
ROUTES = {
    "/clients/{id}/risk": "clients/{client}/risk",
    "/clients/{id}/summary": "clients/{client}/summary",
    "/clients/{id}/sessions": "clients/{client}/sessions",
    "/clients/{id}/trends": "clients/{client}/trends",
    "/risk/alerts": "risk/alerts",
    "/coach/summary": "coach/summary",
}
NOTHING = "nothing"
UNLIMITED = "1000000000/minute"
console = Console(width=130)


def main() -> None:
    """Measure and print; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; the median counts")
    parser.add_argument("--size", type=int, default=40, help="size of the sample practice")
    parser.add_argument(
        "--database", help="owner's address of a database with computed marts, instead of that"
    )
    options = parser.parse_args()
    with practice(options.database, options.size) as url:
        coach, clients = busiest_coach(url)
        console.print(f"{len(clients)} clients of one coach, {os.cpu_count()} cores")
        token = demo_token(coach, SECRET)
        requests = {name: prepared(template, clients, token) for name, template in ROUTES.items()}
        requests[NOTHING] = prepared(NOTHING, clients, token)
        with service(url, audited=True) as with_audit, service(url, audited=False) as without:
            peaks = peak(
                requests, {"audit": with_audit, "no audit": without}, options.seconds, options.rounds
            )
            halves = half(requests, peaks, with_audit, options.seconds)
        bare = {name: pgbench(url, name, coach, clients, options.seconds) for name in ROUTES}
    console.print(table(peaks, halves, bare))


def busiest_coach(url: str) -> tuple[UUID, list[UUID]]:
    """The coach with most clients, and the clients."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select coach_id, array_agg(client_id order by client_id) from ai_backend.client_overview "
            "where risk_score_id is not null group by coach_id order by count(*) desc limit 1"
        ).fetchone()
    if row is None:
        sys.exit("bench-api: the database has no computed clients")
    return row[0], row[1]


def prepared(template: str, clients: list[UUID], token: str) -> list[bytes]:
    """The bytes of a request for each client."""
    heads = f"Host: localhost\r\nX-API-Key: {KEY}\r\nAuthorization: Bearer {token}\r\n\r\n"
    return [f"GET {PREFIX}/{template.format(client=c)} HTTP/1.1\r\n{heads}".encode() for c in clients]


@contextlib.contextmanager
def service(url: str, *, audited: bool) -> Iterator[int]:
    """One worker over the database; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = {
        "DATABASE_URL": url,
        "API_KEYS": KEY,
        "SUPABASE_JWT_SECRET": SECRET,
        "API_AUDIT_ENABLED": str(audited),
        "API_RATE_LIMIT_PER_COACH": UNLIMITED,
        "API_RATE_LIMIT_PER_ADDRESS": UNLIMITED,
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "benchmarks.api_app:app", "--port", str(port)],
            env=os.environ | settings, stdout=log, stderr=log, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        try:
            _await(f"http://127.0.0.1:{port}/health/live")
            yield port
        finally:
            process.terminate()
            process.wait()


def peak(
    requests: dict[str, list[bytes]], ports: dict[str, int], seconds: float, rounds: int
) -> dict[tuple[str, str], Measured]:
    """Each route on each service as fast as it goes, round by round so that a busy moment hits all alike."""
    runs: dict[tuple[str, str], list[Measured]] = {}
    for _ in range(rounds):
        for mode, port in ports.items():
            for name, made in requests.items():
                runs.setdefault((mode, name), []).append(
                    asyncio.run(measure(port, made, CONNECTIONS, seconds))
                )
    return {key: _median(found) for key, found in runs.items()}


def half(
    requests: dict[str, list[bytes]], peaks: dict[tuple[str, str], Measured], port: int, seconds: float
) -> dict[str, Measured]:
    """Each route at half of its peak rate."""
    return {
        name: asyncio.run(
            measure(port, made, CONNECTIONS, seconds, per_second=peaks["audit", name].per_second / 2)
        )
        for name, made in requests.items()
    }


def table(
    peaks: dict[tuple[str, str], Measured], halves: dict[str, Measured], bare: dict[str, float | None]
) -> Table:
    """What was measured, with ratios to the baseline (b) of the same service."""
    result = Table("route", "(a) pgbench /s", "all on /s", "÷ (b)", "p50 ms", "p99 ms", "half load p99 ms",
                   "no audit /s", "÷ (b)", box=None, header_style="")  # fmt: skip
    for name in (NOTHING, *ROUTES):
        on, off = peaks["audit", name], peaks["no audit", name]
        same = bare.get(name)
        result.add_row(
            "(b) no database" if name == NOTHING else name,
            f"{same:,.0f}" if same else "",
            f"{on.per_second:,.0f}",
            f"{on.per_second / peaks['audit', NOTHING].per_second:.2f}",
            f"{on.p50:.1f}",
            f"{on.p99:.1f}",
            f"{halves[name].p99:.1f}",
            f"{off.per_second:,.0f}",
            f"{off.per_second / peaks['no audit', NOTHING].per_second:.2f}",
        )
    return result


def _median(runs: list[Measured]) -> Measured:
    return Measured(
        statistics.median(run.per_second for run in runs),
        statistics.median(run.p50 for run in runs),
        statistics.median(run.p99 for run in runs),
    )


def _await(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address).close()  # noqa: S310 - an address of our own
            return
        time.sleep(0.1)
    sys.exit("bench-api: the service did not start")


if __name__ == "__main__":
    main()
