"""`make bench-dates`: time of client analytics, risk and alerts for 1, 30 and 400 dates in one run.

Each data set is loaded into a separate database server, and its sessions are computed once. Then dbt runs the
models from client analytics on in this process, for the dates up to the last one, with empty result tables.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dagster_pipelines.dbt.manifest import parsed_manifest
from dagster_pipelines.dbt.runner import run_dbt
from sample import DEFAULT_LAST_DATE as LAST_DATE
from sample import DEFAULT_SEED
from sample.load_sample import load_sample
from tools.benchmarks.database import CLIENT_MODELS
from tools.evaluation import annomi
from warehouse import connection
from warehouse.ephemeral import temporary_server
from warehouse.load import load_directory

RESULT_TABLES = ("client_analytics", "client_analytics_history", "risk_scores", "risk_alert_episodes")
COUNTS = """
select
    (select count(*) from ai_backend.client_analytics where window_type = 'all_time'),
    (select count(*) from ai_backend.session_analytics),
    (select count(*) from ai_backend.risk_scores),
    (select count(*) from ai_backend.risk_alert_episodes)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dates", type=int, nargs="+", default=[1, 30, 400])
    parser.add_argument(
        "--repeat", type=int, default=3, help="repetitions of each measurement; the median is reported"
    )
    parser.add_argument("--size", type=int, default=1, help="multiplier of the sample's generated clients")
    options = parser.parse_args()
    data_sets: dict[str, Callable[[], Any]] = {
        f"sample, size {options.size}": lambda: load_sample(DEFAULT_SEED, options.size, LAST_DATE)
    }
    if annomi.is_available():
        data_sets["AnnoMI dialogues"] = lambda: load_directory(annomi.data_directory())
    else:
        print(f"Skipping the AnnoMI dialogues: not found in {annomi.data_directory()}.", file=sys.stderr)
    print("| data | pairs | sessions | dates | scores | alerts | seconds | ÷ one date |", flush=True)
    print("|---|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for name, load in data_sets.items():
        with _server():
            list(load() or [])
            _measure(name, options.dates, options.repeat)
    return 0


@contextmanager
def _server() -> Iterator[None]:
    """Start a temporary server with a migrated database."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-dates-") as home,
        temporary_server(Path(home)),
        connection.temporary_environment(),
    ):
        yield


def _measure(name: str, date_counts: list[int], repeat: int) -> None:
    _dbt("build", "--exclude-resource-type", "test", "unit_test", as_of=LAST_DATE)
    one_date = 0.0
    for number in date_counts:
        first = LAST_DATE - timedelta(number - 1)
        seconds = statistics.median(_timed(first) for _ in range(repeat))
        one_date = one_date or seconds / number
        pairs, sessions, scores, alerts = _counts()
        print(
            f"| {name} | {pairs} | {sessions} | {number} | {scores} | {alerts} "
            f"| {seconds:.1f} | {seconds / one_date:.2f} |",
            flush=True,
        )


def _timed(first: date) -> float:
    with connection.connect() as database:
        for mart in RESULT_TABLES:
            database.execute(f"truncate ai_backend.{mart}".encode())
    started = time.perf_counter()
    _dbt("run", "--select", *CLIENT_MODELS, as_of=f"{first}..{LAST_DATE}")
    return time.perf_counter() - started


def _counts() -> tuple[int, ...]:
    with connection.connect() as database:
        return tuple(database.execute(COUNTS).fetchone() or ())


def _dbt(*command: str, as_of: object) -> None:
    result = run_dbt(command, {"as_of": as_of}, parsed_manifest())
    if not result.success:
        raise SystemExit(f"dbt {command[0]} failed: {result.exception or 'see the models above'}")


if __name__ == "__main__":
    sys.exit(main())
