"""Factories for source rows with defaults."""

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg import sql

_numbers = itertools.count(1)


def new_id() -> uuid.UUID:
    """Return a new id; the sequence is the same in every run, so that failures are reproducible."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"test-{next(_numbers)}")


@dataclass
class Said:
    """One utterance; start and end in seconds."""

    speaker: str | None
    start: float
    end: float
    text: str = "words"
    sentiment: str | None = None
    intent: str | None = None
    confidence: float | None = 0.9
    utterance_id: uuid.UUID = field(default_factory=new_id)


def insert(connection: psycopg.Connection, table: str, **values: Any) -> None:
    """Insert one row into `schema.table`."""
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(*table.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() for _ in values),
        ),
        list(values.values()),
    )


def add_session(
    connection: psycopg.Connection,
    said: list[Said] | None,
    *,
    coach_id: uuid.UUID | None = None,
    client_id: uuid.UUID | None = None,
    session_date: date | None = date(2026, 11, 1),
    status: str = "completed",
    completed_at: datetime | None = None,
    transcript_confidence: float | None = 0.95,
) -> uuid.UUID:
    """Insert a job, its transcript (none if `said` is None) and utterances; return the job's id."""
    job_id = new_id()
    timestamp = completed_at or datetime(2026, 11, 1, 12, tzinfo=UTC)
    insert(
        connection,
        "ai_backend.transcription_jobs",
        id=job_id,
        coach_id=coach_id or new_id(),
        client_id=client_id or new_id(),
        status=status,
        session_date=session_date,
        completed_at=timestamp,
        created_at=timestamp,
        updated_at=timestamp,
    )
    if said is not None:
        add_transcript(connection, job_id, said, created_at=timestamp, confidence=transcript_confidence)
    return job_id


def add_transcript(
    connection: psycopg.Connection,
    job_id: uuid.UUID,
    said: list[Said],
    *,
    created_at: datetime,
    confidence: float | None = 0.95,
) -> uuid.UUID:
    """Insert a transcript with utterances for a job; return the transcript's id."""
    transcript_id = new_id()
    insert(
        connection,
        "ai_backend.transcripts",
        id=transcript_id,
        job_id=job_id,
        confidence_score=confidence,
        created_at=created_at,
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ai_backend.utterances (id, transcript_id, speaker_label, speaker_confidence, text, "
            "start_time, end_time, intent, sentiment, sequence_number) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    s.utterance_id,
                    transcript_id,
                    s.speaker,
                    s.confidence,
                    s.text,
                    s.start,
                    s.end,
                    s.intent,
                    s.sentiment,
                    number,
                )
                for number, s in enumerate(said)
            ],
        )
    return transcript_id
