"""The three nightly jobs one after the other, each in a separate process."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg

from dagster_pipelines.nightly import NIGHTLY, NightlyStage
from tools.benchmarks.database import AS_OF, CLIENT_MODELS, dbt
from tools.benchmarks.report import Goal, Section

GOAL_SECONDS = 60.0
CLIENTS = "select count(distinct (coach_id, client_id)) from ai_backend.session_analytics"
TEMPORARY_FILES = "select temp_bytes from pg_stat_database where datname = current_database()"


@dataclass(frozen=True)
class Job:
    """Measurements of a job, including the start of Dagster and dbt."""

    name: str
    seconds: float
    megabytes: float
    """Peak resident memory of its process."""


def measure(url: str, _: int, __: str) -> Section:
    """Run the jobs for the date after the last computed one, including the full content check."""
    last = date.fromisoformat(AS_OF)
    dbt("run", database=url)
    files = _scalar(url, TEMPORARY_FILES)
    jobs = [_run(url, stage, last + timedelta(1)) for stage in NIGHTLY]
    files = _scalar(url, TEMPORARY_FILES) - files
    marts = dbt("run", "--select", *CLIENT_MODELS, database=url, as_of=str(last + timedelta(2))).total
    total = sum(job.seconds for job in jobs)
    return Section(
        f"Nightly run for {_scalar(url, CLIENTS):,} clients",
        ("", "seconds", "peak MB"),
        [
            *((job.name, f"{job.seconds:.1f}", f"{job.megabytes:.0f}") for job in jobs),
            ("all three jobs", f"{total:.1f}", f"{max(job.megabytes for job in jobs):.0f}"),
            ("dbt models from client analytics on, one date", f"{marts:.1f}", ""),
        ],
        [Goal("Seconds for all three jobs", total, GOAL_SECONDS)],
        [
            "Each job is a separate process, including the start of Dagster and dbt; "
            f"importing their code takes {_import_seconds():.1f} s per job.",
            f"Postgres wrote {files / 2**20:,.0f} MB of temporary files.",
        ],
    )


def _run(url: str, stage: NightlyStage, as_of: date) -> Job:
    """Run one job for a date. Exits if it fails."""
    bin_directory = Path(sys.executable).parent
    command = [
        str(bin_directory / "warehouse"),
        "exec",
        "--",
        sys.executable,
        "-m",
        "dagster_pipelines.run",
        "--job",
        stage.job,
        "--as-of",
        str(as_of),
    ]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, *(["--verify-content"] if stage.verify_content else [])],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"bench: {stage.job} failed, see its output above")
    return Job(stage.job, time.perf_counter() - started, usage.ru_maxrss / 1024)


def _import_seconds() -> float:
    """Seconds that a process needs to import Dagster, dbt and the pipeline."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import dagster_pipelines.definitions"], check=True)
    return time.perf_counter() - started


def _scalar(url: str, query: str) -> int:
    with psycopg.connect(url) as database:
        return int((database.execute(query.encode()).fetchone() or (0,))[0])
