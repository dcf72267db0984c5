"""Pending sessions and clients, derived from Postgres on each call: a restart cannot lose any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from warehouse.sql_files import load_sql


@dataclass(frozen=True)
class PendingSession:
    """A session to compute, with the revision of its source data."""

    job_id: UUID
    source_revision: str
    coach_id: UUID
    client_id: UUID
    attempts: int
    """Failed attempts of this revision."""


def is_built(connection: psycopg.Connection[Any]) -> bool:
    """Return whether the relations exist that pending work is derived from."""
    row = connection.execute(load_sql(__package__, "models_exist")).fetchone()
    return bool(row and row[0])


def pending_sessions(
    connection: psycopg.Connection[Any], since: datetime | None = None
) -> list[PendingSession]:
    """Return sessions to compute or to remove; without `since` the revision of every session is compared."""
    pending = "pending_sessions" if since is None else "pending_sessions_changed_since"
    return [
        PendingSession(*row)
        for name in (pending, "removed_sessions")
        for row in connection.execute(load_sql(__package__, name), {"since": since})
    ]


def sessions_without_detection(connection: psycopg.Connection[Any]) -> list[UUID]:
    """Return sessions whose cue detection failed or is missing: the next run retries them."""
    rows = connection.execute(load_sql(__package__, "sessions_without_detection"))
    return [job_id for (job_id,) in rows]


def latest_source_update(connection: psycopg.Connection[Any]) -> datetime | None:
    """Return the latest update timestamp of a source job, ignoring invalid ones in the future."""
    row = connection.execute(load_sql(__package__, "latest_source_update")).fetchone()
    return row[0] if row else None


def enqueue_clients(connection: psycopg.Connection[Any], sessions: Sequence[PendingSession]) -> None:
    """Enqueue the clients of these sessions for a refresh, and the clients to whom they belonged before."""
    if not sessions:
        return
    former = connection.execute(
        "select coach_id, client_id from ai_backend.session_analytics where job_id = any(%s)",
        [[session.job_id for session in sessions]],
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            load_sql(__package__, "enqueue_client"),
            sorted({*former, *((session.coach_id, session.client_id) for session in sessions)}),
        )


def enqueue_clients_of_last_build(connection: psycopg.Connection[Any]) -> None:
    """Enqueue the clients whose sessions the last build of the session models computed."""
    connection.execute(load_sql(__package__, "enqueue_clients_of_last_build"))


def clients_to_refresh(connection: psycopg.Connection[Any]) -> tuple[list[UUID], datetime | None]:
    """Return the enqueued clients, and the latest timestamp at which one of them was enqueued."""
    rows = connection.execute(load_sql(__package__, "clients_to_refresh")).fetchall()
    return [row[0] for row in rows], max((row[1] for row in rows), default=None)


def dequeue_clients(
    connection: psycopg.Connection[Any], enqueued_until: datetime, clients: Sequence[UUID] | None = None
) -> None:
    """Dequeue refreshed clients (None: all), except those that were enqueued again after `enqueued_until`."""
    connection.execute(
        load_sql(__package__, "dequeue_clients"),
        {"until": enqueued_until, "client_ids": None if clients is None else list(clients)},
    )
