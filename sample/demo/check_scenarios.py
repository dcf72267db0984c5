"""`make check-scenarios`: compares the computed sample with the expectations of its scenarios.

Uses the last scored date. Exit status 1 if a scenario differs from docs/sample-practice.md.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import psycopg
from psycopg.rows import dict_row
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sample import EXPECTATIONS, Expectation, build
from warehouse.connection import connect
from warehouse.error_messages import translate_database_errors
from warehouse.errors import WarehouseError
from warehouse.sql_files import load_sql


@dataclass(frozen=True)
class ClientResults:
    """Results of one client in the marts."""

    sessions: int
    level: str | None
    score: Decimal | None
    factors: Mapping[str, float]
    """Factor -> contribution above 0."""
    alerts: Mapping[str, str]
    """Alert type -> severity of the open alert."""
    trends: tuple[str | None, str | None]
    """Engagement and sentiment trend of the last 90 days."""
    warnings: tuple[str, ...]
    """Quality warnings of all sessions."""

    def mismatches(self, expected: Expectation) -> list[str]:
        """Return the names of the results that differ from the expectation."""
        score = (0.0, 0.0) if self.score is None else (float(self.score), float(self.score))
        found = {
            "sessions": self.sessions == expected.sessions,
            "level": self.level == expected.level,
            "score": expected.score[0] <= score[0] <= expected.score[1],
            "factors": set(self.factors) == set(expected.factors),
            "alerts": self.alerts == expected.alerts,
            "warnings": set(expected.warnings) <= set(self.warnings),
        }
        return [name for name, matches in found.items() if not matches]


def client_results(connection: psycopg.Connection) -> dict[str, ClientResults]:
    """Return scenario -> results; scenarios whose rows are not in the database are omitted."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = {
            (row["coach_id"], row["client_id"]): row
            for row in cursor.execute(load_sql(__package__, "client_results")).fetchall()
        }
    return {
        scenario: ClientResults(
            row["sessions"],
            row["level"],
            row["score"],
            row["factors"],
            row["alerts"],
            (row["engagement_trend"], row["sentiment_trend"]),
            tuple(row["warnings"]),
        )
        for scenario, pair in build().pairs.items()
        if (row := rows.get(pair))
    }


def show(console: Console, scenarios: Mapping[str, ClientResults]) -> bool:
    """Print the table; True if every scenario matches its expectation."""
    table = Table("client", "sessions", "score", "level", "factors", "open alerts", "matches", box=box.SIMPLE)
    all_match = True
    for name, scenario in scenarios.items():
        mismatches = scenario.mismatches(
            EXPECTATIONS.get(name, Expectation(scenario=name, sessions=scenario.sessions))
        )
        all_match = all_match and not mismatches
        table.add_row(
            name,
            str(scenario.sessions),
            "" if scenario.score is None else str(scenario.score),
            scenario.level,
            ", ".join(f"{factor} {points:g}" for factor, points in scenario.factors.items()),
            ", ".join(f"{kind}: {severity}" for kind, severity in scenario.alerts.items()),
            "yes" if not mismatches else f"no: {', '.join(mismatches)}",
        )
    console.print(table)
    return all_match


def main() -> int:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 190)
    try:
        with translate_database_errors(), connect() as connection:
            scenarios = client_results(connection)
    except WarehouseError as error:
        console.print(f"[red]check-scenarios:[/red] {escape(str(error))}", soft_wrap=True)
        return 1
    if not scenarios:
        console.print("The sample practice is not in this database. Run `make demo` first.")
        return 1
    return 0 if show(console, scenarios) else 1


if __name__ == "__main__":
    sys.exit(main())
