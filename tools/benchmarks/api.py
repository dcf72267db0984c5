"""`make bench-api`: requests per second and latency of the busiest routes, beside baselines of the same run.

(a) the same SQL through pgbench, (b) a route with the same credentials and no database. One worker,
loopback, 16 connections, marts of size S; audit, limits and logs on, and once more with the audit off.
Written to docs/benchmarks-api.md.
"""

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from api.middleware.authentication import PREFIX
from sample.demo.token import demo_token
from tools.benchmarks.api_data import computed
from tools.benchmarks.api_load import Measured, measure
from tools.benchmarks.api_pgbench import per_second as pgbench
from tools.benchmarks.api_plans import plans
from tools.benchmarks.api_report import NOTHING, Result, missed, section
from tools.benchmarks.api_service import KEY, SECRET, service

CONNECTIONS = 16
PGBENCH_SECONDS = 3
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks-api.md"
ROUTES = {
    "/clients/{id}/risk": "clients/{client}/risk",
    "/clients/{id}/summary": "clients/{client}/summary",
    "/clients/{id}/sessions": "clients/{client}/sessions",
    "/clients/{id}/trends": "clients/{client}/trends",
    "/risk/alerts": "risk/alerts",
    "/coach/summary": "coach/summary",
}
Requests = Mapping[str, Sequence[bytes]]


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.5, help="length of one measurement")
    parser.add_argument(
        "--rounds", type=int, default=15, help="how often each is measured; the median counts"
    )
    parser.add_argument("--database", help="owner's address of a computed database, instead of size S")
    options = parser.parse_args()
    result = run(options.seconds, options.rounds, options.database)
    text = section(result)
    PAGE.write_text(
        f"<!-- Written by `make bench-api`. -->\n# Benchmark of the API\n\n{text}", encoding="utf-8"
    )
    print(text)
    if goals := missed(result):
        sys.exit("\n".join(goals))


def run(seconds: float = 0.5, rounds: int = 15, database: str | None = None) -> Result:
    """Measure everything once: each route, both baselines, half load, and the two kinds of 404."""
    with computed(database) as url:
        coach, clients, others = busiest_coach(url)
        token = demo_token(coach, SECRET)
        requests = {
            name: prepared(template, clients, token)
            for name, template in {NOTHING: NOTHING, **ROUTES}.items()
        }
        summary = partial(prepared, ROUTES["/clients/{id}/summary"], token=token)
        with service(url, audited=True) as audited, service(url, audited=False) as unaudited:
            peaks, ratios = peak(requests, {"audit": audited, "no audit": unaudited}, seconds, rounds)
            halves = half(requests, peaks, audited, seconds, rounds)
            missing = {"not there": summary([uuid4() for _ in others]), "not yours": summary(others)}
            refused = alike(missing, audited, seconds / 2, rounds)
        bare = {name: pgbench(url, name, coach, clients, PGBENCH_SECONDS) for name in ROUTES}
        explained = plans(url, coach, clients[0])
    cores = os.cpu_count() or 1
    return Result(
        peaks, ratios, halves, bare, refused, explained, CONNECTIONS, cores, len(clients), rounds, seconds
    )


def busiest_coach(url: str) -> tuple[UUID, list[UUID], list[UUID]]:
    """The coach with most clients, the clients, and those of other coaches."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select coach_id, array_agg(client_id order by client_id) from ai_backend.client_overview "
            "where risk_score_id is not null group by coach_id order by count(*) desc, coach_id limit 1"
        ).fetchone()
        if row is None:
            sys.exit("bench-api: the database has no computed clients")
        others = connection.execute(
            "select distinct client_id from public.coach_clients where client_id not in "
            "(select client_id from public.coach_clients where coach_id = %s)",
            [row[0]],
        ).fetchall()
    return row[0], row[1], [client for (client,) in others]


def prepared(template: str, clients: Sequence[UUID], token: str) -> list[bytes]:
    """The bytes of a request for each client."""
    heads = f"Host: localhost\r\nX-API-Key: {KEY}\r\nAuthorization: Bearer {token}\r\n\r\n"
    return [f"GET {PREFIX}/{template.format(client=c)} HTTP/1.1\r\n{heads}".encode() for c in clients]


def peak(
    requests: Requests, ports: Mapping[str, int], seconds: float, rounds: int
) -> tuple[dict[tuple[str, str], Measured], dict[tuple[str, str], float]]:
    """Each route on each service as fast as it goes, and its throughput over (b)'s.

    In many short rounds, each compared within itself: what else the machine does hits a round's routes alike.
    """
    runs: dict[tuple[str, str], list[Measured]] = {(mode, name): [] for mode in ports for name in requests}
    for _ in range(rounds):
        for name, made in requests.items():
            for mode, port in ports.items():
                runs[mode, name].append(asyncio.run(measure(port, made, CONNECTIONS, seconds)))
    ratios = {
        (mode, name): statistics.median(
            run.per_second / bare.per_second for run, bare in zip(found, runs[mode, NOTHING], strict=True)
        )
        for (mode, name), found in runs.items()
    }
    return {key: _median(found) for key, found in runs.items()}, ratios


def half(
    requests: Requests, peaks: Mapping[tuple[str, str], Measured], port: int, seconds: float, rounds: int
) -> dict[str, Measured]:
    """Each route at half of its peak rate."""
    runs: dict[str, list[Measured]] = {name: [] for name in requests}
    for _ in range(rounds):
        for name, made in requests.items():
            rate = peaks["audit", name].per_second / 2
            runs[name].append(asyncio.run(measure(port, made, CONNECTIONS, seconds, per_second=rate)))
    return {name: _median(found) for name, found in runs.items()}


def alike(requests: Requests, port: int, seconds: float, rounds: int) -> dict[str, Measured]:
    """Each kind of 404 over one connection, in turn."""
    runs: dict[str, list[Measured]] = {name: [] for name in requests}
    for _ in range(rounds):
        for name, made in requests.items():
            runs[name].append(asyncio.run(measure(port, made, 1, seconds, status=b"404")))
    return {name: _median(found) for name, found in runs.items()}


def _median(runs: list[Measured]) -> Measured:
    return Measured(
        statistics.median(run.per_second for run in runs),
        statistics.median(run.p50 for run in runs),
        statistics.median(run.p99 for run in runs),
    )


if __name__ == "__main__":
    main()
