"""A full rebuild of session analytics by dbt, compared with minimal work on the same utterances."""

import statistics

from tools.benchmarks.database import dbt, median_seconds, plan
from tools.benchmarks.duckdb_comparison import duckdb_seconds, python_seconds
from tools.benchmarks.report import Goal, Section

SCAN = "select count(*) as utterances, sum(length(text)) as characters from ai_backend.utterances"
AGGREGATE = """
select
    transcript_id,
    count(*) as utterances,
    sum(end_time - start_time) as seconds,
    sum(length(text)) as characters
from ai_backend.utterances group by transcript_id
"""
MODELS = ("int_sessions__pending+,+session_analytics",)
GOAL = 14.0
STRETCH_GOAL = 9.0


def measure(url: str, rounds: int, _: str) -> Section:
    """Recompute every session `rounds` times and report medians and ratios."""
    scan, aggregate = (median_seconds(url, query, rounds) for query in (SCAN, AGGREGATE))
    runs = [dbt("run", "--select", *MODELS, rebuild=True) for _ in range(rounds)]
    models = {name: statistics.median(run.seconds[name] for run in runs) for name in runs[0].seconds}
    total = statistics.median(run.total for run in runs)
    heaviest = sorted(models, key=lambda name: models[name], reverse=True)[:6]
    rows = [
        _row("(a) parallel scan of the utterances", scan, aggregate),
        _row("(b) hash aggregate with plain sums", aggregate, aggregate),
        _row("session analytics, all models", total, aggregate),
        *(_row(f"of which {name}", models[name], aggregate) for name in heaviest),
        _row("DuckDB, from Parquet, without questions and sentiment", duckdb_seconds(url, rounds), aggregate),
        _row("minimal Python loop, without questions and sentiment", python_seconds(url), aggregate),
    ]
    return Section(
        "Rebuild of session analytics",
        ("", "seconds", "÷ (b)"),
        rows,
        [
            Goal("Session analytics ÷ (b)", total / aggregate, GOAL),
            Goal("Stretch goal for the same ratio", total / aggregate, STRETCH_GOAL),
        ],
        [f"{heaviest[0]} takes {100 * models[heaviest[0]] / total:.0f} % of the time; its plan:"],
        plan(url, runs[-1].statements[heaviest[0]]),
    )


def _row(name: str, seconds: float, baseline: float) -> tuple[str, str, str]:
    return name, f"{seconds:.3f}", f"{seconds / baseline:.1f}"
