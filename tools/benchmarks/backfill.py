"""`make bench-dates`: how long client analytics, risk and alerts take for 1, 30 and 400 days at once.

Each data set gets a database server of its own and is computed up to the sessions once. Then the models from
client analytics on are run for the days up to the last date, over empty records, by dbt within this process.
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
from dagster_pipelines.dbt.runner import invoke
from sample import DEFAULT_LAST_DATE as LAST_DATE
from sample import DEFAULT_SEED
from sample.load_sample import load_sample
from tools.benchmarks.database import FROM_CLIENTS_ON
from tools.evaluation import annomi
from warehouse import connection
from warehouse.ephemeral import temporary_server
from warehouse.load import load_directory

RECORDS = ("client_analytics", "client_analytics_history", "risk_scores", "risk_alert_episodes")
FOUND = """
select
    (select count(*) from ai_backend.client_analytics where window_type = 'all_time'),
    (select count(*) from ai_backend.session_analytics),
    (select count(*) from ai_backend.risk_scores),
    (select count(*) from ai_backend.risk_alert_episodes)
"""


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, nargs="+", default=[1, 30, 400])
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the median counts")
    parser.add_argument("--size", type=int, default=1, help="multiplies the sample's ordinary clients")
    options = parser.parse_args()
    data_sets: dict[str, Callable[[], Any]] = {
        f"sample, size {options.size}": lambda: load_sample(DEFAULT_SEED, options.size, LAST_DATE)
    }
    if annomi.is_available():
        data_sets["real dialogues"] = lambda: load_directory(annomi.data_directory())
    else:
        print(f"The real dialogues are not at {annomi.data_directory()}; they are left out.", file=sys.stderr)
    print("| data | pairs | sessions | days | scores | alerts | seconds | ÷ one day |", flush=True)
    print("|---|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for name, load in data_sets.items():
        with _server():
            list(load() or [])
            _measure(name, options.days, options.repeat)
    return 0


@contextmanager
def _server() -> Iterator[None]:
    """A migrated database on a server of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-dates-") as home,
        temporary_server(Path(home)),
        connection.temporary_environment(),
    ):
        yield


def _measure(name: str, days: list[int], repeat: int) -> None:
    _dbt("build", "--exclude-resource-type", "test", "unit_test", as_of=LAST_DATE)
    one_day = 0.0
    for number in days:
        first = LAST_DATE - timedelta(number - 1)
        seconds = statistics.median(_timed(first) for _ in range(repeat))
        one_day = one_day or seconds / number
        pairs, sessions, scores, alerts = _found()
        print(
            f"| {name} | {pairs} | {sessions} | {number} | {scores} | {alerts} "
            f"| {seconds:.1f} | {seconds / one_day:.2f} |",
            flush=True,
        )


def _timed(first: date) -> float:
    with connection.connect() as database:
        for mart in RECORDS:
            database.execute(f"truncate ai_backend.{mart}".encode())
    begun = time.perf_counter()
    _dbt("run", "--select", *FROM_CLIENTS_ON, as_of=f"{first}..{LAST_DATE}")
    return time.perf_counter() - begun


def _found() -> tuple[int, ...]:
    with connection.connect() as database:
        return tuple(database.execute(FOUND).fetchone() or ())


def _dbt(*command: str, as_of: object) -> None:
    result = invoke(command, {"as_of": as_of}, parsed_manifest())
    if not result.success:
        raise SystemExit(f"dbt {command[0]} failed: {result.exception or 'a model did'}")


if __name__ == "__main__":
    sys.exit(main())
