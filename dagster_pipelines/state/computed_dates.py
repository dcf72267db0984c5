"""Which days a run speaks for, and up to which day the marts speak for everybody."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import psycopg

Stage = Literal["clients", "risk", "alerts"]
STAGES: tuple[Stage, ...] = ("clients", "risk", "alerts")


def business_day(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of a moment in the business time zone (metrics page, "Terms")."""
    return moment.astimezone(zone).date()


def parse_dates(as_of: str) -> list[date]:
    """The days of "2026-11-22", of a range "2026-11-01..2026-11-22", or of a comma list of those.

    Raises ValueError for anything else.
    """
    days: set[date] = set()
    for part in as_of.split(","):
        first, _, last = part.strip().partition("..")
        start = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else start
        if end < start:
            raise ValueError(f"{part.strip()} ends before it starts")
        days.update(start + timedelta(n) for n in range((end - start).days + 1))
    return sorted(days)


def format_range(first: date, last: date) -> str:
    """A day or a range, as the variable as_of takes it."""
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"


def last_computed(connection: psycopg.Connection[Any], stage: Stage) -> date | None:
    """The latest day up to which a stage speaks for all clients."""
    row = connection.execute(
        "select max(as_of_date) from operations.computed_dates where stage = %s", [stage]
    ).fetchone()
    return row[0] if row else None


def pending_range(connection: psycopg.Connection[Any], stage: Stage, day: date) -> tuple[date, date] | None:
    """The days that a stage still owes up to `day`, as one range; None when it owes none.

    Before anything was computed it owes only `day`: the past is a person's decision.
    """
    last = last_computed(connection, stage)
    if last is None:
        return day, day
    return (last + timedelta(1), day) if last < day else None


def record_computed(
    connection: psycopg.Connection[Any], stages: Iterable[Stage], days: Iterable[date], run_id: str
) -> None:
    """Write down that stages speak for all clients on these days."""
    days = list(days)
    for stage in stages:
        connection.execute(
            "insert into operations.computed_dates (stage, as_of_date, run_id) "
            "select %s, day, %s from unnest(%s::date[]) as day "
            "on conflict (stage, as_of_date) do update set run_id = excluded.run_id, computed_at = now()",
            [stage, run_id, days],
        )
