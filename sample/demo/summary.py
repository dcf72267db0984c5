"""The final output of the demo: sessions, addresses and a sample request."""

from dataclasses import dataclass
from uuid import UUID

from rich import box
from rich.console import Console
from rich.table import Table

from sample import DEMO_COACH_ID
from warehouse.connection import connect
from warehouse.sql_files import load_sql

WIDTH = 110
"""Width if the output is not a terminal."""


@dataclass(frozen=True)
class Served:
    """Addresses and credentials of the running services."""

    api: str
    """Address of the REST API."""
    ui: str | None
    """Address of the Dagster UI; None if not started."""
    api_key: str
    token: str
    """The coach's bearer token."""


def show(console: Console, served: Served) -> None:
    """Print sessions, addresses and a request; README.md shows the same (tools/docs/readme.py)."""

    def write(text: str) -> None:  # addresses and tokens are not markup and must not be wrapped
        console.print(text, markup=False, soft_wrap=True)

    coach = demo_coach()
    show_sessions(console, coach)
    write("Dashboard, signed in for one day:\n")
    write(dashboard_link(served.api, served.token))
    write(f"\nAPI       {served.api}  (documentation: {served.api}/docs)")
    write(f"Dagster   {served.ui or 'make demo UI=1, or make dagster'}")
    write("Database  .venv/bin/warehouse url")
    write("\nRequest the demo coach's latest session:\n")
    write(curl(served.api, served.api_key, served.token, latest_session(coach)))
    write("\nCtrl-C stops everything.")


def demo_coach() -> UUID:
    """Return the demo coach or, for other data, the coach with the highest number of sessions."""
    with connect() as connection:
        row = connection.execute(
            load_sql(__package__, "demo_coach"), {"demo_coach_id": DEMO_COACH_ID}
        ).fetchone()
    return DEMO_COACH_ID if row is None else UUID(str(row[0]))


def latest_session(coach_id: UUID) -> UUID | None:
    """Return the coach's latest session that has utterances."""
    with connect() as connection:
        row = connection.execute(load_sql(__package__, "latest_session"), {"coach_id": coach_id}).fetchone()
    return None if row is None else UUID(str(row[0]))


def show_sessions(console: Console, coach_id: UUID) -> None:
    """Print the coach's latest sessions; null is shown as a question mark."""
    with connect() as connection:
        rows = connection.execute(load_sql(__package__, "latest_sessions"), {"coach_id": coach_id}).fetchall()
    table = Table(title="Latest sessions of the demo coach", title_justify="left", box=box.SIMPLE)
    for heading in (
        "date",
        "minutes",
        "coach %",
        "client %",
        "questions",
        "engagement",
        "sentiment",
        "warnings",
    ):
        is_text = heading in ("date", "warnings")
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=not is_text)
    for date, minutes, *numbers, warnings in rows:
        shown = ["?" if n is None else str(n) for n in numbers]
        table.add_row(str(date), f"{minutes:.0f}", *shown, warnings)
    console.print(table)


def dashboard_link(api: str, token: str) -> str:
    """Return the dashboard's address with the token in the fragment, which browsers do not send."""
    return f"{api}/dashboard#token={token}"


def curl(api: str, api_key: str, token: str, job_id: UUID | None) -> str:
    """Return a request as a shell command."""
    return (
        f"curl -s {api}/api/v1/analytics/sessions/{job_id} \\\n"
        f"  -H 'X-API-Key: {api_key}' \\\n"
        f"  -H 'Authorization: Bearer {token}' | python3 -m json.tool"
    )
