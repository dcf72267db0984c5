"""What a run for twenty new sessions costs in SQL, with few and with many sessions before."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from dagster_pipelines.state.pending_work import PendingSession, pending_sessions, sessions_without_detection
from tools.benchmarks.database import dbt, plan, scale_database
from tools.benchmarks.report import Goal, Section
from tools.benchmarks.scale import SIZES, Size, add_sessions

NEW = 20
FEW = Size(NEW, 10, 200)
"""200 sessions."""
STORED = tuple(f"resource_type:model,config.materialized:{kind}" for kind in ("scratch_table", "incremental"))
GOAL = 1.2
SCANS = "select seq_scan from pg_stat_user_tables where schemaname = 'ai_backend' and relname = 'utterances'"
OF_ONE_SESSION = """
select * from analytics_intermediate.int_utterances__sequenced
where transcript_id = (select transcript_id from analytics_intermediate.int_sessions__spine limit 1)
"""
LIST = "asking what waits"


@dataclass(frozen=True)
class Run:
    """What the SQL of a run for the new sessions took, in milliseconds by model."""

    milliseconds: dict[str, float]
    scans_of_utterances: int
    variables: dict[str, object]
    """What the run told dbt."""


def measure(url: str, rounds: int, size: str) -> Section:
    """SQL time of the same twenty sessions in a small and in the large database."""
    with scale_database(FEW, "bench_few") as few_url:
        few = _run(few_url, FEW, rounds)
    many = _run(url, SIZES[size], rounds)
    models = [name for name in many.milliseconds if name != LIST]
    slowest = sorted(models, key=lambda name: many.milliseconds[name], reverse=True)[:8]
    dbt("run", database=url, **many.variables)
    idle = dbt("run", database=url, **many.variables)
    idle_rows = sum(max(rows, 0) for name, rows in idle.rows.items() if not name.startswith(("int_", "stg_")))
    before, after = (sum(run.milliseconds.values()) - run.milliseconds[LIST] for run in (few, many))
    return Section(
        f"A run for {NEW} new sessions",
        ("", f"ms with {FEW.sessions:,} before", f"ms with {SIZES[size].sessions:,} before", "ratio"),
        [
            ("SQL of all stored models", f"{before:.0f}", f"{after:.0f}", f"{after / before:.2f}"),
            _row(LIST, few.milliseconds[LIST], many.milliseconds[LIST]),
            *(_row(f"of which {name}", few.milliseconds[name], many.milliseconds[name]) for name in slowest),
        ],
        [
            Goal(f"{SIZES[size].sessions:,} sessions before ÷ {FEW.sessions:,}", after / before, GOAL),
            Goal("Scans of all utterances in such a run", many.scans_of_utterances, 0),
            Goal("Rows that a run with nothing to do writes", idle_rows, 0),
        ],
        [
            "Times are those of EXPLAIN ANALYZE of each model's query, in the order of the run, rolled back.",
            "Asking what waits compares the keys of all sessions: upstream's tables, which are not ours to "
            "change, have no index on when a row was touched. No model does so.",
            f"{slowest[0]} takes {100 * many.milliseconds[slowest[0]] / after:.0f} % of the time; "
            "the plan by which it finds and orders the utterances of a session:",
        ],
        plan(url, OF_ONE_SESSION),
    )


def _row(name: str, few: float, many: float) -> tuple[str, str, str, str]:
    return name, f"{few:.1f}", f"{many:.1f}", f"{many / few:.2f}"


def _run(url: str, size: Size, rounds: int) -> Run:
    add_sessions(url, size, NEW)
    with psycopg.connect(url, autocommit=True) as database:
        # what autovacuum does within a minute
        database.execute("analyze ai_backend.transcription_jobs, ai_backend.transcripts")
        listing = []
        for _ in range(rounds):
            begun = time.perf_counter()
            waiting, unread = _waiting(database)
            listing.append(1000 * (time.perf_counter() - begun))
    variables = {
        "reuse_scratch_tables": True,
        "session_ids": ",".join([*(str(one.job_id) for one in waiting), *map(str, unread)]),
        "client_ids": ",".join(sorted({str(one.client_id) for one in waiting})),
    }
    # first all models, so that the views know of the clients
    compiled = dbt("compile", "--indirect-selection", "empty", "--select", *STORED, database=url, **variables)
    dbt("run", "--select", "tag:per_run", database=url, **variables)
    times: list[dict[str, float]] = []
    with psycopg.connect(url) as database:
        before = _scans(database)
        for _ in range(rounds):
            times.append(dict(_timed(database, compiled.statements)))
            database.rollback()
        scans = _scans(database) - before
    models = {name: statistics.median(one[name] for one in times) for name in times[0]}
    return Run(
        {LIST: statistics.median(listing)} | models,
        scans,
        variables,
    )


def _waiting(database: psycopg.Connection[Any]) -> tuple[list[PendingSession], list[UUID]]:
    """What a run is told to look at, asked as the sensor and the run ask it."""
    return pending_sessions(database, datetime.now(UTC)), sessions_without_detection(database)


def _timed(database: psycopg.Connection, statements: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name, statement in statements.items():
        into = ""
        if name.startswith("int_"):
            database.execute(f"truncate analytics_intermediate.{name}".encode())
            into = f"insert into analytics_intermediate.{name}"
        row: Any = database.execute(f"explain (analyze, format json) {into} {statement}".encode()).fetchone()
        if into:
            database.execute(f"analyze analytics_intermediate.{name}".encode())
        yield name, float(row[0][0]["Execution Time"])


def _scans(database: psycopg.Connection) -> int:
    database.execute("select pg_stat_force_next_flush()")
    database.commit()
    row = database.execute(SCANS.encode()).fetchone() or (0, 0)
    database.commit()
    return int(row[0])
