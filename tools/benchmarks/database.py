"""A temporary database with generated data, and dbt runs in it."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tools.benchmarks.scale import Size, fill
from warehouse.ephemeral import temporary_database

AS_OF = "2026-11-22"
"""The last date of the generated data."""
CLIENT_MODELS = ("int_clients__as_of_dates+", "int_clients__sessions+")
"""Selects the models that depend on the as_of dates."""

DETECTIONS = """
insert into cue_detection.session_detections (
    detection_id, job_id, coach_id, client_id, transcript_id, source_revision, content_hash, detector,
    detector_version, redaction_version, status, started_at, finished_at
)
select
    md5('detection' || job_id)::uuid, job_id, coach_id, client_id, transcript_id, source_revision,
    content_hash, 'local', 'bench', 'bench', 'succeeded', completed_at, completed_at
from analytics_intermediate.int_sessions__spine
left join analytics_intermediate.int_sessions__content_hashes using (transcript_id)
"""
"""A detection without cues for every session; the cue detector has its own benchmark."""


@contextmanager
def scale_database(size: Size, database: str = "bench_scale", as_of: str = AS_OF) -> Iterator[str]:
    """Create a database with generated data and built models, yield its owner's URL and drop it afterwards.

    `as_of` is a date or a range of dates `first..last`.
    """
    with temporary_database(database) as url:
        fill(url, size)
        dbt("run", "--select", "+int_sessions__spine", "+int_sessions__content_hashes")
        with psycopg.connect(url) as connection:
            connection.execute(DETECTIONS)
            connection.execute("analyze cue_detection.session_detections")
        dbt("build", "--exclude-resource-type", "test", "unit_test", as_of=as_of)
        yield url


@dataclass(frozen=True)
class DbtRun:
    """Results of a dbt run by model."""

    seconds: dict[str, float]
    """Execution time, including dbt's overhead."""
    statements: dict[str, str]
    """Compiled SQL."""
    rows: dict[str, int]
    """Rows written."""

    @property
    def total(self) -> float:
        """Total seconds of all models."""
        return sum(self.seconds.values())


def dbt(*arguments: str, database: str | None = None, **variables: object) -> DbtRun:
    """Run dbt in the given database (default: DATABASE_URL). Exits with dbt's output if dbt fails."""
    bin_directory = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as scratch:
        result = subprocess.run(
            [
                bin_directory / "warehouse",
                "exec",
                "--",
                bin_directory / "dbt",
                *arguments,
                "--threads",
                "1",
                "--vars",
                json.dumps({"as_of": AS_OF} | variables),
                "--target-path",
                scratch,
                "--log-path",
                scratch,
            ],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | ({"DATABASE_URL": database} if database else {}),
        )
        if result.returncode != 0:
            sys.exit(f"bench: dbt failed\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
        results = json.loads(Path(scratch, "run_results.json").read_text())["results"]
    names = [one["unique_id"].rsplit(".", 1)[-1] for one in results]
    return DbtRun(
        {name: float(one["execution_time"]) for name, one in zip(names, results, strict=True)},
        {name: one.get("compiled_code") or "" for name, one in zip(names, results, strict=True)},
        {
            name: int(one["adapter_response"].get("rows_affected") or 0)
            for name, one in zip(names, results, strict=True)
        },
    )


def median_seconds(url: str, query: str, rounds: int) -> float:
    """Median time of a query stored to a temporary table, with parallel workers encouraged."""
    times = []
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("set parallel_tuple_cost = 0")
        for _ in range(rounds + 1):
            started = time.perf_counter()
            database.execute(f"create temporary table result as {query}".encode())
            times.append(time.perf_counter() - started)
            database.execute("drop table result")
    # The first execution fills the caches.
    return statistics.median(times[1:])


def plan(url: str, statement: str) -> str:
    """The query plan without costs."""
    with psycopg.connect(url) as database:
        lines = database.execute(f"explain (costs off) {statement}".encode()).fetchall()
    return "\n".join(str(line[0]) for line in lines)
