"""Disk usage of the marts, compared with the specification's estimates."""

from pathlib import Path

import psycopg
import yaml
from psycopg import sql

from tools.benchmarks.report import Section

ESTIMATES = {
    "session_analytics": "2 KB per session",
    "language_cues": "500 bytes per cue",
    "client_analytics": "1 KB per client",
    "client_analytics_history": "",
    "risk_scores": "500 bytes per score",
}
"""By mart: docs/reference/specification.md, "Database Storage"."""
PROJECT = Path(__file__).parents[2] / "dbt_project.yml"


def measure(url: str, _: int, __: str) -> Section:
    """Bytes per row of each mart."""
    kept_dates = int(yaml.safe_load(PROJECT.read_text())["vars"]["client_history_days"])
    rows = []
    with psycopg.connect(url) as database:
        for mart, estimate in ESTIMATES.items():
            table = sql.Identifier("ai_backend", mart)
            query = sql.SQL(
                "select count(*), pg_total_relation_size({}), pg_relation_size({}) from {}"
            ).format(sql.Literal(f"ai_backend.{mart}"), sql.Literal(f"ai_backend.{mart}"), table)
            count, total, heap = database.execute(query).fetchone() or (0, 0, 0)
            per_row = [f"{size / count:,.0f}" if count else "none" for size in (total, heap)]
            rows.append((mart, f"{count:,}", *per_row, estimate))
        (per_date,) = database.execute(
            "select pg_total_relation_size('ai_backend.client_analytics_history')"
            " / greatest(count(distinct as_of_date), 1) from ai_backend.client_analytics_history"
        ).fetchone() or (0,)
    return Section(
        "Storage",
        ("", "rows", "bytes per row", "without indexes", "estimate"),
        rows,
        remarks=[
            "client_analytics has three rows per client, one per window.",
            f"client_analytics_history takes {per_date / 2**20:.2f} MB per date, and "
            f"{kept_dates * per_date / 2**20:,.0f} MB with client_history_days = {kept_dates}.",
        ],
    )
