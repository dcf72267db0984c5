"""Sessions whose data break a formula: found, tried again a few times, and set aside with a reason."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import psycopg

from dagster_pipelines.resources.dbt import BuildError
from dagster_pipelines.state.pending_work import PendingSession

RECORD = """
insert into operations.quarantined_sessions as known
    (job_id, coach_id, client_id, source_revision, attempts, reason, next_attempt_at)
select
    %(job_id)s, %(coach_id)s, %(client_id)s, %(source_revision)s, 1, %(reason)s,
    case when %(most)s > 1 then now() + %(wait)s * interval '1 second' end
on conflict (job_id) do update set
    source_revision = excluded.source_revision,
    attempts = case when known.source_revision = excluded.source_revision then known.attempts + 1 else 1 end,
    reason = excluded.reason,
    is_quarantined = true,
    last_failed_at = now(),
    first_failed_at = case
        when known.source_revision = excluded.source_revision then known.first_failed_at else now()
    end,
    next_attempt_at = case
        when known.source_revision <> excluded.source_revision then excluded.next_attempt_at
        when known.attempts + 1 < %(most)s
            then now() + %(wait)s * power(2, known.attempts) * interval '1 second'
    end
returning attempts, next_attempt_at
"""


def release_expired(connection: psycopg.Connection[Any]) -> None:
    """Let sessions whose wait is over be tried again."""
    connection.execute(
        "update operations.quarantined_sessions set is_quarantined = false where next_attempt_at <= now()"
    )


def clear_resolved(connection: psycopg.Connection[Any]) -> None:
    """Forget sessions that were computed since, or are in another state now."""
    connection.execute(
        "delete from operations.quarantined_sessions as broken using ai_backend.session_analytics as analytics "
        "where broken.job_id = analytics.job_id and broken.source_revision = analytics.source_revision "
        "and not broken.is_quarantined"
    )


def record(
    connection: psycopg.Connection[Any],
    session: PendingSession,
    reason: str,
    attempts: int,
    wait_seconds: int,
) -> bool:
    """Hold a session back; True when it was tried often enough and is set aside until it changes."""
    row = connection.execute(
        RECORD,
        {
            "job_id": session.job_id,
            "coach_id": session.coach_id,
            "client_id": session.client_id,
            "source_revision": session.source_revision,
            "reason": reason[:500],
            "most": attempts,
            "wait": wait_seconds,
        },
    ).fetchone()
    return row is not None and row[1] is None


def bisect_failures(
    sessions: Sequence[PendingSession], build: Callable[[Sequence[UUID]], None]
) -> list[tuple[PendingSession, BuildError]]:
    """Halve a list that can't be built until each culprit stands alone; what is sound is computed on the way.

    `build` computes the sessions that it is given and raises BuildError. An error that is not a row's fault
    is raised on.
    """
    middle = len(sessions) // 2
    culprits = []
    # the whole list is not tried again, but a session is only blamed for what it does alone
    for part in filter(None, (sessions[:middle], sessions[middle:])):
        try:
            build([session.job_id for session in part])
        except BuildError as error:
            if not error.is_data:
                raise
            culprits += [(part[0], error)] if len(part) == 1 else bisect_failures(part, build)
    return culprits
