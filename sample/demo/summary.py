"""What the demo shows once everything is computed: a small table, addresses, and a request to paste."""

from dataclasses import dataclass
from uuid import UUID

from rich import box
from rich.console import Console
from rich.table import Table

from sample import DEMO_COACH_ID
from warehouse.connection import connect

WIDTH = 110
"""Columns where the output is no terminal."""

LATEST_SESSIONS = """
select
    session_date, total_duration_seconds / 60, coach_talk_percentage, client_talk_percentage,
    coach_question_count, engagement_score, client_sentiment_score, array_to_string(quality_warnings, ', ')
from ai_backend.session_analytics
where coach_id = %s
order by session_date desc, completed_at desc, job_id desc
limit 8
"""


@dataclass(frozen=True)
class Served:
    """What was started, and what opens it."""

    api: str
    """Address of the REST API."""
    ui: str | None
    """Address of the Dagster UI, if it was started."""
    api_key: str
    token: str
    """The coach's bearer token."""


def show(console: Console, served: Served) -> None:
    """Print everything that a visitor needs; README.md shows the same (tools/docs/readme.py)."""

    def say(text: str) -> None:  # addresses and tokens are no markup, and stay on one line
        console.print(text, markup=False, soft_wrap=True)

    coach = demo_coach()
    show_sessions(console, coach)
    say("The coach's page, signed in for a day:\n")
    say(page_link(served.api, served.token))
    say(f"\nAPI       {served.api}  (its pages: {served.api}/docs)")
    say(f"Dagster   {served.ui or 'make demo UI=1, or make dagster'}")
    say("Database  .venv/bin/warehouse url")
    say("\nAsk for the demo coach's newest session:\n")
    say(curl(served.api, served.api_key, served.token, latest_session(coach)))
    say("\nCtrl-C stops everything.")


def demo_coach() -> UUID:
    """The sample's demo coach, or, over other data, the coach with the most sessions."""
    with connect() as connection:
        row = connection.execute(
            "select coach_id from ai_backend.session_analytics group by coach_id "
            "order by coach_id = %s desc, count(*) desc, coach_id limit 1",
            [DEMO_COACH_ID],
        ).fetchone()
    return DEMO_COACH_ID if row is None else UUID(str(row[0]))


def latest_session(coach_id: UUID) -> UUID | None:
    """The coach's newest session with something said in it."""
    with connect() as connection:
        row = connection.execute(
            "select job_id from ai_backend.session_analytics where coach_id = %s and total_turns > 0 "
            "order by session_date desc, completed_at desc, job_id desc limit 1",
            [coach_id],
        ).fetchone()
    return None if row is None else UUID(str(row[0]))


def show_sessions(console: Console, coach_id: UUID) -> None:
    """Print the coach's newest sessions; unknown is a question mark."""
    with connect() as connection:
        rows = connection.execute(LATEST_SESSIONS, [coach_id]).fetchall()
    table = Table(title="The demo coach's newest sessions", title_justify="left", box=box.SIMPLE)
    for heading in ("date", "minutes", "coach %", "client %", "asked", "engaged", "mood", "read with care"):
        is_text = heading in ("date", "read with care")
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=not is_text)
    for date, minutes, *numbers, warnings in rows:
        shown = ["?" if n is None else str(n) for n in numbers]
        table.add_row(str(date), f"{minutes:.0f}", *shown, warnings)
    console.print(table)


def page_link(api: str, token: str) -> str:
    """The coach's page, with a token behind the # that the browser keeps and the server never sees there."""
    return f"{api}/dashboard#token={token}"


def curl(api: str, api_key: str, token: str, job_id: UUID | None) -> str:
    """A request to paste into a shell."""
    return (
        f"curl -s {api}/api/v1/analytics/sessions/{job_id} \\\n"
        f"  -H 'X-API-Key: {api_key}' \\\n"
        f"  -H 'Authorization: Bearer {token}' | python3 -m json.tool"
    )
