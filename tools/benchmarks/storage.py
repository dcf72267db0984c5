"""What the marts take on disk, indexes included, beside the specification's estimates."""

from pathlib import Path

import psycopg
import yaml
from psycopg import sql

from tools.benchmarks.report import Section

ESTIMATED = {
    "session_analytics": "2 KB per session",
    "language_cues": "500 bytes per cue",
    "client_analytics": "1 KB per client",
    "client_analytics_history": "",
    "risk_scores": "500 bytes per score",
}
"""The specification's words, by mart."""
PROJECT = Path(__file__).parents[2] / "dbt_project.yml"


def measure(url: str, _: int, __: str) -> Section:
    """Bytes per row of each mart as it stands."""
    kept_days = int(yaml.safe_load(PROJECT.read_text())["vars"]["client_history_days"])
    rows = []
    with psycopg.connect(url) as database:
        for mart, estimate in ESTIMATED.items():
            table = sql.Identifier("ai_backend", mart)
            query = sql.SQL(
                "select count(*), pg_total_relation_size({}), pg_relation_size({}) from {}"
            ).format(sql.Literal(f"ai_backend.{mart}"), sql.Literal(f"ai_backend.{mart}"), table)
            count, total, heap = database.execute(query).fetchone() or (0, 0, 0)
            per_row = [f"{size / count:,.0f}" if count else "none" for size in (total, heap)]
            rows.append((mart, f"{count:,}", *per_row, estimate))
        days = database.execute(
            "select count(*), pg_total_relation_size('ai_backend.client_analytics_history')"
            " / greatest(count(distinct as_of_date), 1) from ai_backend.client_analytics_history"
        ).fetchone() or (0, 0)
    return Section(
        "Storage",
        ("", "rows", "bytes per row", "without indexes", "estimated"),
        rows,
        remarks=[
            "A client has three rows of client_analytics, one for each window.",
            f"client_analytics_history takes {days[1] / 2**20:.2f} MB for each day; client_history_days "
            f"(now {kept_days}) keeps it at {kept_days * days[1] / 2**20:,.0f} MB.",
        ],
    )
