"""`make stories`: what was computed of the sample's clients, beside what their stories say.

Over the computed sample practice, as of the last day scored. Exit status 1 when a story turned out otherwise
than docs/sample-practice.md describes it.
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

JUDGED = """
select
    relationships.coach_id,
    relationships.client_id,
    coalesce(altogether.total_sessions, 0) as sessions,
    recent.engagement_trend,
    recent.sentiment_trend,
    scores.risk_score as score,
    scores.risk_level as level,
    array(
        select warning
        from ai_backend.session_analytics as sessions
        cross join unnest(sessions.quality_warnings) as warning
        where sessions.coach_id = relationships.coach_id and sessions.client_id = relationships.client_id
        group by warning
        order by warning
    ) as warnings,
    (
        select coalesce(json_object_agg(factor_type, contribution order by position), '{}')
        from ai_backend.risk_factors as factors
        where factors.coach_id = scores.coach_id and factors.risk_score_id = scores.id and contribution > 0
    ) as factors,
    (
        select coalesce(json_object_agg(alert_type, severity order by alert_type), '{}')
        from ai_backend.risk_alerts as alerts
        where
            alerts.coach_id = relationships.coach_id
            and alerts.client_id = relationships.client_id
            and alerts.resolved_at is null
    ) as alerts
from public.coach_clients as relationships
left join ai_backend.client_analytics as altogether
    on
        relationships.coach_id = altogether.coach_id
        and relationships.client_id = altogether.client_id
        and altogether.window_type = 'all_time'
left join ai_backend.client_analytics as recent
    on
        relationships.coach_id = recent.coach_id
        and relationships.client_id = recent.client_id
        and recent.window_type = '90d'
left join ai_backend.risk_scores as scores
    on
        relationships.coach_id = scores.coach_id
        and relationships.client_id = scores.client_id
        and recent.as_of_date = scores.as_of_date
"""


@dataclass(frozen=True)
class Judged:
    """What the marts say of one client."""

    sessions: int
    level: str | None
    score: Decimal | None
    factors: Mapping[str, float]
    """Contributions above 0."""
    alerts: Mapping[str, str]
    """Severity of each kind of open alert."""
    trends: tuple[str | None, str | None]
    """Of engagement and sentiment in the last 90 days."""
    warnings: tuple[str, ...]
    """Quality warnings of any of the sessions."""

    def differs_in(self, expected: Expectation) -> list[str]:
        """What is otherwise than expected."""
        score = (0.0, 0.0) if self.score is None else (float(self.score), float(self.score))
        found = {
            "sessions": self.sessions == expected.sessions,
            "level": self.level == expected.level,
            "score": expected.score[0] <= score[0] <= expected.score[1],
            "factors": set(self.factors) == set(expected.factors),
            "alerts": self.alerts == expected.alerts,
            "warnings": set(expected.warnings) <= set(self.warnings),
        }
        return [name for name, holds in found.items() if not holds]


def judged(connection: psycopg.Connection) -> dict[str, Judged]:
    """Each story of the sample, by its name; a story whose rows are not in the database is left out."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = {(row["coach_id"], row["client_id"]): row for row in cursor.execute(JUDGED).fetchall()}
    return {
        story: Judged(
            row["sessions"],
            row["level"],
            row["score"],
            row["factors"],
            row["alerts"],
            (row["engagement_trend"], row["sentiment_trend"]),
            tuple(row["warnings"]),
        )
        for story, pair in build().pairs.items()
        if (row := rows.get(pair))
    }


def show(console: Console, stories: Mapping[str, Judged]) -> bool:
    """Print the table; whether every story turned out as described."""
    table = Table(
        "client", "sessions", "score", "level", "factors", "open alerts", "as described", box=box.SIMPLE
    )
    all_hold = True
    for name, story in stories.items():
        differs = story.differs_in(EXPECTATIONS.get(name, Expectation(story=name, sessions=story.sessions)))
        all_hold = all_hold and not differs
        table.add_row(
            name,
            str(story.sessions),
            "" if story.score is None else str(story.score),
            story.level,
            ", ".join(f"{factor} {points:g}" for factor, points in story.factors.items()),
            ", ".join(f"{kind}: {severity}" for kind, severity in story.alerts.items()),
            "yes" if not differs else f"no: {', '.join(differs)}",
        )
    console.print(table)
    return all_hold


def main() -> int:
    """Print the sample's clients."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 190)
    try:
        with translate_database_errors(), connect() as connection:
            stories = judged(connection)
    except WarehouseError as error:
        console.print(f"[red]stories:[/red] {escape(str(error))}", soft_wrap=True)
        return 1
    if not stories:
        console.print("The sample practice is not in this database. Run make demo first.")
        return 1
    return 0 if show(console, stories) else 1


if __name__ == "__main__":
    sys.exit(main())
