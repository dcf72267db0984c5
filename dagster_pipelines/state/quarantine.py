"""Quarantine: sessions whose data make a build fail are found, retried a few times, and then left out."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg

from dagster_pipelines.dbt.errors import BuildError
from dagster_pipelines.state.pending_work import PendingSession
from warehouse.sql_files import load_sql

MAX_REASON_LENGTH = 500


def release_expired(connection: psycopg.Connection[Any]) -> None:
    """Release sessions whose next attempt is due."""
    connection.execute(
        "update operations.quarantined_sessions set is_quarantined = false where next_attempt_at <= now()"
    )


def clear_resolved(connection: psycopg.Connection[Any]) -> None:
    """Delete the records of released sessions that have been computed since."""
    connection.execute(load_sql(__package__, "clear_resolved_sessions"))


def record(
    connection: psycopg.Connection[Any],
    session: PendingSession,
    reason: str,
    max_attempts: int,
    retry_seconds: int,
) -> bool:
    """Quarantine a session; return True if no attempt is left until its source data change."""
    row = connection.execute(
        load_sql(__package__, "quarantine_session"),
        {
            "job_id": session.job_id,
            "coach_id": session.coach_id,
            "client_id": session.client_id,
            "source_revision": session.source_revision,
            "reason": reason[:MAX_REASON_LENGTH],
            "max_attempts": max_attempts,
            "retry_seconds": retry_seconds,
        },
    ).fetchone()
    return row is not None and row[0] is None


def bisect_failures(
    sessions: Sequence[PendingSession], build: Callable[[Sequence[UUID]], None]
) -> list[tuple[PendingSession, BuildError]]:
    """Return the sessions that fail on their own, with their errors; all others are built on the way.

    `build` builds the given sessions and raises BuildError. An error that is not caused by data is raised.
    """
    middle = len(sessions) // 2
    failures = []
    # the whole list is known to fail; a session is only quarantined for a failure of its own build
    for part in filter(None, (sessions[:middle], sessions[middle:])):
        try:
            build([session.job_id for session in part])
        except BuildError as error:
            if not error.is_data:
                raise
            failures += [(part[0], error)] if len(part) == 1 else bisect_failures(part, build)
    return failures
