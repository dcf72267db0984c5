"""Compute requests that the API stored: taken up, run, answered (API page, "POST /compute/{client_id}")."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

MAX_ATTEMPTS = 3
REASON = "The computation failed several times; the operators have been told. Try again later."

OPEN = """
select requests.task_id, requests.coach_id, requests.client_id, coalesce(tried.attempts, 0), tried.run_id
from analytics_api.compute_requests as requests
left join analytics_api.compute_progress as progress
    on requests.coach_id = progress.coach_id and requests.task_id = progress.task_id
left join operations.request_attempts as tried
    on requests.coach_id = tried.coach_id and requests.task_id = tried.task_id
where progress.status is null or progress.status = 'running'
order by requests.requested_at, requests.task_id
"""


@dataclass(frozen=True)
class OpenRequest:
    """A request that is not answered yet."""

    task_id: UUID
    coach_id: UUID
    client_id: UUID
    attempts: int
    run_id: str | None
    """The run that took it up last."""


def open_requests(connection: psycopg.Connection[Any]) -> list[OpenRequest]:
    """Requests that wait or are under way, oldest first."""
    return [OpenRequest(*row) for row in connection.execute(OPEN)]


def claim(
    connection: psycopg.Connection[Any], run_id: str, run_is_inactive: Callable[[str], bool]
) -> list[OpenRequest]:
    """Mark what waits, and what a dead run left behind, as running under this run; the requests taken."""
    taken = [
        r
        for r in open_requests(connection)
        if r.run_id is None or r.run_id == run_id or run_is_inactive(r.run_id)
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "insert into operations.request_attempts as tried (task_id, coach_id, attempts, run_id) "
            "values (%(task)s, %(coach)s, 1, %(run)s) on conflict (coach_id, task_id) do update set "
            "attempts = tried.attempts + (tried.run_id <> excluded.run_id)::integer, "
            "run_id = excluded.run_id",
            [{"task": r.task_id, "coach": r.coach_id, "run": run_id} for r in taken],
        )
        cursor.executemany(
            "insert into analytics_api.compute_progress (task_id, coach_id, client_id, status) "
            "values (%s, %s, %s, 'running') on conflict (coach_id, task_id) do nothing",
            [(r.task_id, r.coach_id, r.client_id) for r in taken],
        )
    return taken


def succeed(connection: psycopg.Connection[Any], run_id: str, clients: Sequence[UUID] | None) -> int:
    """Answer what this run took up and has computed; without `clients` it computed everybody's."""
    return connection.execute(
        "update analytics_api.compute_progress as progress set status = 'succeeded', finished_at = now() "
        "from operations.request_attempts as tried "
        "where progress.coach_id = tried.coach_id and progress.task_id = tried.task_id "
        "and tried.run_id = %(run)s and progress.status = 'running' "
        "and (%(clients)s::uuid[] is null or progress.client_id = any(%(clients)s::uuid[]))",
        {"run": run_id, "clients": None if clients is None else list(clients)},
    ).rowcount


def fail_exhausted(connection: psycopg.Connection[Any], run_is_inactive: Callable[[str], bool]) -> int:
    """Answer with a plain reason what was tried often enough and whose last run is dead."""
    hopeless = [
        r
        for r in open_requests(connection)
        if r.attempts >= MAX_ATTEMPTS and r.run_id is not None and run_is_inactive(r.run_id)
    ]
    for request in hopeless:
        connection.execute(
            "update analytics_api.compute_progress set status = 'failed', finished_at = now(), reason = %s "
            "where coach_id = %s and task_id = %s and status = 'running'",
            [REASON, request.coach_id, request.task_id],
        )
    return len(hopeless)
