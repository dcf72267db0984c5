"""SQL time of an incremental run for twenty new sessions, with few and with many stored sessions."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from dagster_pipelines.dbt.translator import live_models
from dagster_pipelines.state.pending_work import PendingSession, pending_sessions, sessions_without_detection
from tools.benchmarks.database import dbt, plan, scale_database
from tools.benchmarks.report import Goal, Section
from tools.benchmarks.scale import SIZES, Size, add_sessions

NEW_SESSIONS = 20
SMALL = Size(NEW_SESSIONS, 10, 200)
"""200 stored sessions."""
STORED_MODELS = tuple(
    f"resource_type:model,config.materialized:{kind}" for kind in ("scratch_table", "incremental")
)
GOAL = 1.2
SCANS = "select seq_scan from pg_stat_user_tables where schemaname = 'ai_backend' and relname = 'utterances'"
ONE_SESSION = """
select * from analytics_intermediate.int_utterances__sequenced
where transcript_id = (select transcript_id from analytics_intermediate.int_sessions__spine limit 1)
"""
PENDING_QUERY = "query for pending sessions"


@dataclass(frozen=True)
class Run:
    """Measurements of a run for the new sessions."""

    milliseconds: dict[str, float]
    """SQL time by model."""
    scans_of_utterances: int
    variables: dict[str, object]
    """dbt variables of the run."""


def measure(url: str, rounds: int, size: str) -> Section:
    """Compare the SQL time of the same twenty sessions in a small and in the large database."""
    with scale_database(SMALL, "bench_small") as small_url:
        small = _run(small_url, SMALL, rounds)
    large = _run(url, SIZES[size], rounds)
    models = [name for name in large.milliseconds if name != PENDING_QUERY]
    slowest = sorted(models, key=lambda name: large.milliseconds[name], reverse=True)[:8]
    dbt("run", database=url, **large.variables)
    idle = dbt("run", database=url, **large.variables)
    idle_rows = sum(max(rows, 0) for name, rows in idle.rows.items() if not name.startswith(("int_", "stg_")))
    small_total, large_total = (
        sum(run.milliseconds.values()) - run.milliseconds[PENDING_QUERY] for run in (small, large)
    )
    return Section(
        f"Incremental run for {NEW_SESSIONS} new sessions",
        ("", f"ms, {SMALL.sessions:,} stored", f"ms, {SIZES[size].sessions:,} stored", "ratio"),
        [
            (
                "SQL of all stored models",
                f"{small_total:.0f}",
                f"{large_total:.0f}",
                f"{large_total / small_total:.2f}",
            ),
            _row(PENDING_QUERY, small.milliseconds[PENDING_QUERY], large.milliseconds[PENDING_QUERY]),
            *(
                _row(f"of which {name}", small.milliseconds[name], large.milliseconds[name])
                for name in slowest
            ),
        ],
        [
            Goal(
                f"{SIZES[size].sessions:,} stored sessions ÷ {SMALL.sessions:,}",
                large_total / small_total,
                GOAL,
            ),
            Goal("Sequential scans of utterances per run", large.scans_of_utterances, 0),
            Goal("Rows written by a run without changes", idle_rows, 0),
        ],
        [
            "Times are from EXPLAIN ANALYZE of each model's query, in the order of a run, rolled back.",
            "The query for pending sessions compares the keys of all sessions, because the source tables "
            "have no index on the update timestamp. No model does this.",
            f"{slowest[0]} takes {100 * large.milliseconds[slowest[0]] / large_total:.0f} % of the time; "
            "the plan that finds and orders a session's utterances:",
        ],
        plan(url, ONE_SESSION),
    )


def _row(name: str, small: float, large: float) -> tuple[str, str, str, str]:
    return name, f"{small:.1f}", f"{large:.1f}", f"{large / small:.2f}"


def _run(url: str, size: Size, rounds: int) -> Run:
    add_sessions(url, size, NEW_SESSIONS)
    with psycopg.connect(url, autocommit=True) as database:
        # Autovacuum would do this within a minute.
        database.execute("analyze ai_backend.transcription_jobs, ai_backend.transcripts")
        pending_times = []
        for _ in range(rounds):
            started = time.perf_counter()
            pending, undetected = _pending(database)
            pending_times.append(1000 * (time.perf_counter() - started))
    variables = {
        "reuse_scratch_tables": True,
        "session_ids": ",".join([*(str(one.job_id) for one in pending), *map(str, undetected)]),
        "client_ids": ",".join(sorted({str(one.client_id) for one in pending})),
    }
    # Compile all models first, because the views contain the ids of the clients.
    compiled = dbt(
        "compile", "--indirect-selection", "empty", "--select", *STORED_MODELS, database=url, **variables
    )
    views = (f"{name},config.materialized:view_in_place" for name in sorted(live_models()))
    dbt("run", "--select", *views, database=url, **variables)
    times: list[dict[str, float]] = []
    with psycopg.connect(url) as database:
        before = _scans(database)
        for _ in range(rounds):
            times.append(dict(_timed(database, compiled.statements)))
            database.rollback()
        scans = _scans(database) - before
    models = {name: statistics.median(one[name] for one in times) for name in times[0]}
    return Run(
        {PENDING_QUERY: statistics.median(pending_times)} | models,
        scans,
        variables,
    )


def _pending(database: psycopg.Connection[Any]) -> tuple[list[PendingSession], list[UUID]]:
    """The sessions that the sensor and the run select."""
    return pending_sessions(database, datetime.now(UTC)), sessions_without_detection(database)


def _timed(database: psycopg.Connection, statements: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name, statement in statements.items():
        insert = ""
        if name.startswith("int_"):
            database.execute(f"truncate analytics_intermediate.{name}".encode())
            insert = f"insert into analytics_intermediate.{name}"
        row: Any = database.execute(
            f"explain (analyze, format json) {insert} {statement}".encode()
        ).fetchone()
        if insert:
            database.execute(f"analyze analytics_intermediate.{name}".encode())
        yield name, float(row[0][0]["Execution Time"])


def _scans(database: psycopg.Connection) -> int:
    database.execute("select pg_stat_force_next_flush()")
    database.commit()
    row = database.execute(SCANS.encode()).fetchone() or (0, 0)
    database.commit()
    return int(row[0])
