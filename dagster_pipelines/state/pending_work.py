"""What is still to be computed, asked of Postgres: nothing is remembered that a restart could lose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

PENDING = """
select spine.job_id, spine.source_revision, spine.coach_id, spine.client_id, coalesce(broken.attempts, 0)
from {spine} as spine
left join ai_backend.session_analytics as analytics on spine.job_id = analytics.job_id
left join operations.quarantined_sessions as broken
    on spine.job_id = broken.job_id and spine.source_revision = broken.source_revision
where
    (analytics.job_id is null or analytics.source_revision <> spine.source_revision)
    and (broken.job_id is null or not broken.is_quarantined or broken.next_attempt_at <= now())
order by spine.job_id
"""
"""Completed sessions whose state is not the computed one."""

ALL = "analytics_intermediate.int_sessions__spine"
CHANGED_SINCE = f"""
(
    select looked_up.*
    from (
        select jobs.job_id from analytics_staging.stg_ai_backend__transcription_jobs as jobs
        left join ai_backend.session_analytics as analytics on jobs.job_id = analytics.job_id
        where
            jobs.status = 'completed'
            and (
                analytics.job_id is null
                or jobs.updated_at >= %(since)s
                or jobs.job_id in (select job_id from ai_backend.transcripts where created_at >= %(since)s)
            )
    ) as touched
    -- each by its key, as the models look up what they are told (macro selected_sessions): a join would read all
    cross join lateral (
        select * from {ALL} as spine where spine.job_id = touched.job_id offset 0
    ) as looked_up
)
"""
"""Sessions without analytics, wherever in time they stand, and those of which job or transcript were touched
since a moment."""

GONE = """
select analytics.job_id, 'gone', analytics.coach_id, analytics.client_id, 0
from ai_backend.session_analytics as analytics
left join analytics_staging.stg_ai_backend__transcription_jobs as jobs
    on analytics.job_id = jobs.job_id and jobs.status = 'completed'
where jobs.job_id is null
order by analytics.job_id
"""

WITHOUT_DETECTION = """
select job_id from cue_detection.session_detections where status <> 'succeeded'
union
select job_id from ai_backend.session_analytics where cue_detection_id is null
"""
"""Sessions that were not read for cues as they should be: the next run tries again."""


@dataclass(frozen=True)
class PendingSession:
    """A session to be computed, in the state in which it stands now."""

    job_id: UUID
    source_revision: str
    coach_id: UUID
    client_id: UUID
    attempts: int
    """How often this state has broken a formula."""


def is_built(connection: psycopg.Connection[Any]) -> bool:
    """Whether the relations that the work list reads are there."""
    row = connection.execute(
        "select to_regclass('ai_backend.session_analytics') is not null "
        "and to_regclass('analytics_intermediate.int_sessions__spine') is not null"
    ).fetchone()
    return bool(row and row[0])


def pending_sessions(
    connection: psycopg.Connection[Any], since: datetime | None = None
) -> list[PendingSession]:
    """Sessions that await computation; without `since` every session's state is compared."""
    pending = PENDING.format(spine=ALL if since is None else CHANGED_SINCE)
    return [
        PendingSession(*row)
        for query in (pending, GONE)
        for row in connection.execute(query.encode(), {"since": since})
    ]


def sessions_without_detection(connection: psycopg.Connection[Any]) -> list[UUID]:
    """Sessions to be looked at again because reading them for cues failed, or never happened."""
    return [job_id for (job_id,) in connection.execute(WITHOUT_DETECTION)]


def latest_source_update(connection: psycopg.Connection[Any]) -> datetime | None:
    """The latest moment that upstream wrote on a job; one to come, or at infinity, is a wrong one."""
    row = connection.execute(
        "select max(updated_at) from ai_backend.transcription_jobs "
        "where isfinite(updated_at) and updated_at <= now()"
    ).fetchone()
    return row[0] if row else None


def enqueue_clients(connection: psycopg.Connection[Any], sessions: Sequence[PendingSession]) -> None:
    """Remember whose analytics must follow these sessions: whose they are, and whose they were until now."""
    if not sessions:
        return
    former = connection.execute(
        "select coach_id, client_id from ai_backend.session_analytics where job_id = any(%s)",
        [[session.job_id for session in sessions]],
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into operations.clients_to_refresh (coach_id, client_id) values (%s, %s) "
            "on conflict (coach_id, client_id) do update set noted_at = now()",
            sorted({*former, *((session.coach_id, session.client_id) for session in sessions)}),
        )


def enqueue_clients_of_last_build(connection: psycopg.Connection[Any]) -> None:
    """The same for what the last build of the session marts had on its list."""
    connection.execute(
        "insert into operations.clients_to_refresh (coach_id, client_id) "
        "select distinct coach_id, client_id from analytics_intermediate.int_sessions__pending "
        "where not is_removed on conflict (coach_id, client_id) do update set noted_at = now()"
    )


def clients_to_refresh(connection: psycopg.Connection[Any]) -> tuple[list[UUID], datetime | None]:
    """Clients whose analytics must follow, and the moment up to which this answer holds."""
    rows = connection.execute(
        "select client_id, max(noted_at) from operations.clients_to_refresh "
        "group by client_id order by client_id"
    ).fetchall()
    return [row[0] for row in rows], max((row[1] for row in rows), default=None)


def dequeue_clients(
    connection: psycopg.Connection[Any], noted_until: datetime | None, clients: Sequence[UUID] | None = None
) -> None:
    """Their analytics have followed; who was noted again since stays. Without `clients`: all of them."""
    connection.execute(
        "delete from operations.clients_to_refresh where noted_at <= %(until)s "
        "and (%(clients)s::uuid[] is null or client_id = any(%(clients)s::uuid[]))",
        {"until": noted_until, "clients": None if clients is None else list(clients)},
    )
