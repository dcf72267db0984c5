"""`make bench-api`: throughput and latency of the main routes, written to docs/benchmarks-api.md.

Baselines of the same run: (a) the same SQL in pgbench, (b) a route with the same authentication and without a
database query. One worker, 16 connections over loopback, marts of size S; with and without auditing.
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
from tools.benchmarks.api_data import computed_database
from tools.benchmarks.api_load import LoadResult, measure
from tools.benchmarks.api_pgbench import transactions_per_second
from tools.benchmarks.api_plans import plans
from tools.benchmarks.api_report import BASELINE, Result, missed_goals, section
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.5, help="duration of one measurement")
    parser.add_argument(
        "--rounds", type=int, default=15, help="repetitions of each measurement; the median is reported"
    )
    parser.add_argument("--database", help="URL of a computed database to use instead of generated data")
    options = parser.parse_args()
    result = run(options.seconds, options.rounds, options.database)
    text = section(result)
    PAGE.write_text(
        f"<!-- Written by `make bench-api`. -->\n# Benchmark of the API\n\n{text}", encoding="utf-8"
    )
    print(text)
    if goals := missed_goals(result):
        sys.exit("\n".join(goals))


def run(seconds: float = 0.5, rounds: int = 15, database: str | None = None) -> Result:
    """Measure each route, both baselines, half load and both kinds of 404."""
    with computed_database(database) as url:
        coach, clients, others = busiest_coach(url)
        token = demo_token(coach, SECRET)
        requests = {
            name: request_bytes(template, clients, token)
            for name, template in {BASELINE: BASELINE, **ROUTES}.items()
        }
        summary = partial(request_bytes, ROUTES["/clients/{id}/summary"], token=token)
        with service(url, audited=True) as audited, service(url, audited=False) as unaudited:
            peaks, ratios = peak_load(requests, {"audit": audited, "no audit": unaudited}, seconds, rounds)
            halves = half_load(requests, peaks, audited, seconds, rounds)
            invalid = {"unknown": summary([uuid4() for _ in others]), "of another coach": summary(others)}
            not_found = not_found_latency(invalid, audited, seconds / 2, rounds)
        pgbench = {
            name: transactions_per_second(url, name, coach, clients, PGBENCH_SECONDS) for name in ROUTES
        }
        query_plans = plans(url, coach, clients[0])
    cores = os.cpu_count() or 1
    return Result(
        peaks,
        ratios,
        halves,
        pgbench,
        not_found,
        query_plans,
        CONNECTIONS,
        cores,
        len(clients),
        rounds,
        seconds,
    )


def busiest_coach(url: str) -> tuple[UUID, list[UUID], list[UUID]]:
    """The coach with the most clients, these clients, and clients of other coaches."""
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


def request_bytes(template: str, clients: Sequence[UUID], token: str) -> list[bytes]:
    """An HTTP request for each client."""
    headers = f"Host: localhost\r\nX-API-Key: {KEY}\r\nAuthorization: Bearer {token}\r\n\r\n"
    return [f"GET {PREFIX}/{template.format(client=c)} HTTP/1.1\r\n{headers}".encode() for c in clients]


def peak_load(
    requests: Requests, ports: Mapping[str, int], seconds: float, rounds: int
) -> tuple[dict[tuple[str, str], LoadResult], dict[tuple[str, str], float]]:
    """Peak throughput of each route on each service, and its ratio to baseline (b).

    Ratios are computed within many short rounds, so that other load on the machine affects both sides.
    """
    runs: dict[tuple[str, str], list[LoadResult]] = {(mode, name): [] for mode in ports for name in requests}
    for _ in range(rounds):
        for name, messages in requests.items():
            for mode, port in ports.items():
                runs[mode, name].append(asyncio.run(measure(port, messages, CONNECTIONS, seconds)))
    ratios = {
        (mode, name): statistics.median(
            run.per_second / baseline.per_second
            for run, baseline in zip(results, runs[mode, BASELINE], strict=True)
        )
        for (mode, name), results in runs.items()
    }
    return {key: _median(results) for key, results in runs.items()}, ratios


def half_load(
    requests: Requests, peaks: Mapping[tuple[str, str], LoadResult], port: int, seconds: float, rounds: int
) -> dict[str, LoadResult]:
    """Latency of each route at half of its peak throughput."""
    runs: dict[str, list[LoadResult]] = {name: [] for name in requests}
    for _ in range(rounds):
        for name, messages in requests.items():
            rate = peaks["audit", name].per_second / 2
            runs[name].append(asyncio.run(measure(port, messages, CONNECTIONS, seconds, per_second=rate)))
    return {name: _median(results) for name, results in runs.items()}


def not_found_latency(requests: Requests, port: int, seconds: float, rounds: int) -> dict[str, LoadResult]:
    """Latency of each kind of 404 over one connection."""
    runs: dict[str, list[LoadResult]] = {name: [] for name in requests}
    for _ in range(rounds):
        for name, messages in requests.items():
            runs[name].append(asyncio.run(measure(port, messages, 1, seconds, status=b"404")))
    return {name: _median(results) for name, results in runs.items()}


def _median(runs: list[LoadResult]) -> LoadResult:
    return LoadResult(
        statistics.median(run.per_second for run in runs),
        statistics.median(run.p50 for run in runs),
        statistics.median(run.p99 for run in runs),
    )


if __name__ == "__main__":
    main()
