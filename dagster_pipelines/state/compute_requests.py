"""Lifecycle of the compute requests that the API stores: claimed by a run, then succeeded or failed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from warehouse.sql_files import load_sql

MAX_ATTEMPTS = 3
FAILURE_REASON = "The computation failed repeatedly; the operators have been notified. Try again later."


@dataclass(frozen=True)
class OpenRequest:
    """A request that is pending or running."""

    task_id: UUID
    coach_id: UUID
    client_id: UUID
    attempts: int
    run_id: str | None
    """The run that claimed it last."""


def open_requests(connection: psycopg.Connection[Any]) -> list[OpenRequest]:
    """Return pending and running requests, oldest first."""
    return [OpenRequest(*row) for row in connection.execute(load_sql(__package__, "open_requests"))]


def claim(
    connection: psycopg.Connection[Any], run_id: str, run_is_inactive: Callable[[str], bool]
) -> list[OpenRequest]:
    """Claim pending requests and those of inactive runs for this run, and return them."""
    claimed = [
        request
        for request in open_requests(connection)
        if request.run_id is None or request.run_id == run_id or run_is_inactive(request.run_id)
    ]
    values = [
        {
            "task_id": request.task_id,
            "coach_id": request.coach_id,
            "client_id": request.client_id,
            "run_id": run_id,
        }
        for request in claimed
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(load_sql(__package__, "record_attempt"), values)
        cursor.executemany(load_sql(__package__, "start_request"), values)
    return claimed


def succeed(connection: psycopg.Connection[Any], run_id: str, clients: Sequence[UUID] | None) -> int:
    """Mark this run's requests as succeeded for the computed clients (None: all); return their number."""
    return connection.execute(
        load_sql(__package__, "succeed_requests"),
        {"run_id": run_id, "client_ids": None if clients is None else list(clients)},
    ).rowcount


def fail_exhausted(connection: psycopg.Connection[Any], run_is_inactive: Callable[[str], bool]) -> int:
    """Mark requests as failed whose last attempt is over without success; return their number."""
    exhausted = [
        request
        for request in open_requests(connection)
        if request.attempts >= MAX_ATTEMPTS and request.run_id is not None and run_is_inactive(request.run_id)
    ]
    for request in exhausted:
        connection.execute(
            load_sql(__package__, "fail_request"),
            {"reason": FAILURE_REASON, "coach_id": request.coach_id, "task_id": request.task_id},
        )
    return len(exhausted)
