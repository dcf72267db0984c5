"""Dates of computation: parsing of `as_of`, and the dates that a stage has computed for all clients."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import psycopg

from warehouse.sql_files import load_sql

Stage = Literal["clients", "risk", "alerts"]
STAGES: tuple[Stage, ...] = ("clients", "risk", "alerts")


def business_date(timestamp: datetime, zone: ZoneInfo) -> date:
    """Return the calendar date of a timestamp in the business time zone."""
    return timestamp.astimezone(zone).date()


def parse_dates(as_of: str) -> list[date]:
    """Return the dates of "2026-11-22", a range "2026-11-01..2026-11-22", or a comma-separated list of those.

    Raises ValueError for any other text.
    """
    dates: set[date] = set()
    for part in as_of.split(","):
        first, _, last = part.strip().partition("..")
        start = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else start
        if end < start:
            raise ValueError(f"{part.strip()} ends before it starts")
        dates.update(start + timedelta(n) for n in range((end - start).days + 1))
    return sorted(dates)


def format_range(first: date, last: date) -> str:
    """Return a date or a range in the form of the dbt variable `as_of`."""
    return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"


def last_computed(connection: psycopg.Connection[Any], stage: Stage) -> date | None:
    """Return the latest date that a stage has computed for all clients."""
    row = connection.execute(
        "select max(as_of_date) from operations.computed_dates where stage = %s", [stage]
    ).fetchone()
    return row[0] if row else None


def pending_range(connection: psycopg.Connection[Any], stage: Stage, until: date) -> tuple[date, date] | None:
    """Return the first and last date up to `until` that a stage has not computed, or None.

    On a new database only `until` is pending: earlier dates are computed by an explicit backfill.
    """
    last = last_computed(connection, stage)
    if last is None:
        return until, until
    return (last + timedelta(1), until) if last < until else None


def record_computed(
    connection: psycopg.Connection[Any], stages: Iterable[Stage], dates: Iterable[date], run_id: str
) -> None:
    """Record that stages have computed these dates for all clients."""
    dates = list(dates)
    for stage in stages:
        connection.execute(
            load_sql(__package__, "record_computed_dates"),
            {"stage": stage, "run_id": run_id, "dates": dates},
        )
