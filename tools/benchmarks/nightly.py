"""The night's three jobs, one after the other, each a process of its own: the specification's daily batch."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg

from dagster_pipelines.nightly import NIGHTLY, NightlyStage
from tools.benchmarks.database import AS_OF, FROM_CLIENTS_ON, dbt
from tools.benchmarks.report import Goal, Section

GOAL_SECONDS = 60.0
CLIENTS = "select count(distinct (coach_id, client_id)) from ai_backend.session_analytics"
TEMPORARY_FILES = "select temp_bytes from pg_stat_database where datname = current_database()"


@dataclass(frozen=True)
class Job:
    """What a job of the night came to, the start of Dagster and dbt included."""

    name: str
    seconds: float
    megabytes: float
    """Largest resident memory of its process."""


def measure(url: str, _: int, __: str) -> Section:
    """The night after the last one: one day more for each pair, and one look at every utterance."""
    last = date.fromisoformat(AS_OF)
    dbt("run", database=url)
    files = _one(url, TEMPORARY_FILES)
    jobs = [_run(url, stage, last + timedelta(1)) for stage in NIGHTLY]
    files = _one(url, TEMPORARY_FILES) - files
    marts = dbt("run", "--select", *FROM_CLIENTS_ON, database=url, as_of=str(last + timedelta(2))).total
    total = sum(job.seconds for job in jobs)
    return Section(
        f"The night of {_one(url, CLIENTS):,} clients",
        ("", "seconds", "peak MB"),
        [
            *((job.name, f"{job.seconds:.1f}", f"{job.megabytes:.0f}") for job in jobs),
            ("the whole night", f"{total:.1f}", f"{max(job.megabytes for job in jobs):.0f}"),
            ("all models from client analytics on, of one night", f"{marts:.1f}", ""),
        ],
        [Goal("Seconds of the night", total, GOAL_SECONDS)],
        [
            "Each job is a process of its own, the start of Dagster and dbt included; "
            f"loading their code takes {_loading():.1f} s of each.",
            f"Postgres wrote {files / 2**20:,.0f} MB of temporary files for it.",
        ],
    )


def _run(url: str, stage: NightlyStage, day: date) -> Job:
    """Run one job for a day; ends the program when it fails."""
    folder = Path(sys.executable).parent
    command = [
        str(folder / "warehouse"),
        "exec",
        "--",
        sys.executable,
        "-m",
        "dagster_pipelines.run",
        "--job",
        stage.job,
        "--as-of",
        str(day),
    ]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*command, *(["--check-content"] if stage.verify_content else [])],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"bench: {stage.job} failed; its messages stand above")
    return Job(stage.job, time.perf_counter() - begun, used.ru_maxrss / 1024)


def _loading() -> float:
    """Seconds that a process needs before it can run any job."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import dagster_pipelines.definitions"], check=True)
    return time.perf_counter() - begun


def _one(url: str, query: str) -> int:
    with psycopg.connect(url) as database:
        return int((database.execute(query.encode()).fetchone() or (0,))[0])
