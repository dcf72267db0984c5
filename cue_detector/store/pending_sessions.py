"""Reads pending sessions and their utterances from the detector's input relations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from cue_detector.domain import ContextLine, InputUtterance, SessionInput
from warehouse.sql_files import load_sql


@dataclass(frozen=True, slots=True)
class PendingSession:
    """A session of the model int_cues__pending_sessions."""

    job_id: UUID
    coach_id: UUID
    client_id: UUID
    transcript_id: UUID | None
    source_revision: str
    content_hash: int | None
    previous_detection_count: int
    """Detections when the model was built; a higher count means another run processed the session."""


_retry_during_rebuild = retry(
    retry=retry_if_exception_type(psycopg.errors.UndefinedTable),
    wait=wait_fixed(1),
    stop=stop_after_delay(60),
    reraise=True,
)
"""Each dbt run recreates the input relations, so they may be absent briefly."""


@_retry_during_rebuild
def count_pending(connection: psycopg.Connection[Any]) -> int:
    """Return the number of sessions that no run has processed since the model was built."""
    pending = load_sql(__package__, "pending_sessions")
    row = connection.execute(
        b"select count(*) from (%s) as pending" % pending, {"size": None, "after": None}
    ).fetchone()
    return int(row[0]) if row else 0


def pending_pages(connection: psycopg.Connection[Any], size: int) -> Iterator[list[PendingSession]]:
    """Yield these sessions in pages, ordered by id; only one page is in memory."""
    page = _page(connection, size, None)
    while page:
        yield page
        page = _page(connection, size, page[-1].job_id)


@_retry_during_rebuild
def _page(connection: psycopg.Connection[Any], size: int, after: UUID | None) -> list[PendingSession]:
    query = load_sql(__package__, "pending_sessions")
    return [PendingSession(*row) for row in connection.execute(query, {"size": size, "after": after})]


def read_sessions(
    connection: psycopg.Connection[Any], pending: Sequence[PendingSession]
) -> Iterator[tuple[PendingSession, SessionInput | None]]:
    """Yield each session with its utterances in order, or None if there is nothing to process.

    Called per page instead of through one cursor: memory is bounded, and no snapshot stays open during the
    requests to a language model.
    """
    parameters = {
        "jobs": [session.job_id for session in pending],
        "coaches": list({session.coach_id for session in pending}),
    }
    rows = _utterances(connection, parameters)
    by_job = {job_id: list(group) for job_id, group in groupby(rows, key=itemgetter("job_id"))}
    for session in pending:
        yield session, _session_input(session, by_job.get(session.job_id, []))


@_retry_during_rebuild
def _utterances(connection: psycopg.Connection[Any], parameters: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(load_sql(__package__, "detector_input"), parameters).fetchall()


def _session_input(pending: PendingSession, rows: list[dict[str, Any]]) -> SessionInput | None:
    if pending.transcript_id is None or not rows:
        return None
    return SessionInput(
        job_id=pending.job_id,
        coach_id=pending.coach_id,
        client_id=pending.client_id,
        transcript_id=pending.transcript_id,
        source_revision=pending.source_revision,
        utterances=tuple(
            InputUtterance(
                utterance_id=row["utterance_id"],
                role=row["role"],
                start_seconds=float(row["start_seconds"]),
                text=row["text"],
                context=tuple(
                    ContextLine(line["speaker"], line["text"]) for line in row["preceding_context"]
                ),
                needs_sentiment=row["needs_sentiment"],
            )
            for row in rows
        ),
    )
