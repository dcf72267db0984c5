"""Writes detections to the detector's tables, several sessions per transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from uuid import UUID, uuid4

import psycopg

from cue_detector import redaction, sentiment
from cue_detector.domain import DetectionStatus, FailureKind, SessionDetection
from cue_detector.session_processing import SessionResult
from cue_detector.store.connection import ReconnectingConnection
from cue_detector.store.excerpts import context, excerpt
from cue_detector.store.pending_sessions import PendingSession
from cue_detector.store.statements import CUE, DETECTION, SENTIMENT, Insert
from warehouse.sql_files import load_sql


class WriteOutcome(Enum):
    """Outcome of writing a session's result."""

    STORED = auto()
    ERASED = auto()
    """The session or one of its utterances was erased or replaced in the meantime; nothing is stored."""
    CONFLICT = auto()
    """Another run recorded a result first; this one is discarded."""


@dataclass(frozen=True)
class DetectionRecord:
    """Everything that is written for one session."""

    pending: PendingSession
    result: SessionResult
    fallback_version: str | None = None
    """Version of the local detector that processed the fallback utterances."""
    min_stored_confidence: float = 0.0
    detection_id: UUID = field(default_factory=uuid4)


class DetectionStore:
    """Writes detection records; `connection` uses the detector's login role."""

    def __init__(self, connection: ReconnectingConnection) -> None:
        self._connection = connection

    def write(self, records: Sequence[DetectionRecord]) -> list[WriteOutcome]:
        """Write records in one transaction and return the outcome of each; idempotent.

        If a session was erased in the meantime, each record is written in a transaction of its own, so that
        the others are stored.
        """
        try:
            return self._connection.run(lambda connection: _write_rows(connection, records))
        except psycopg.errors.ForeignKeyViolation:
            if len(records) == 1:
                return [WriteOutcome.ERASED]
            return [outcome for record in records for outcome in self.write([record])]


def _write_rows(
    connection: psycopg.Connection[Any], records: Sequence[DetectionRecord]
) -> list[WriteOutcome]:
    parameters = {
        # sorted, so that two writers cannot deadlock
        "jobs": sorted(record.pending.job_id for record in records),
        "coaches": list({record.pending.coach_id for record in records}),
        "own": [record.detection_id for record in records],
    }
    connection.execute(load_sql(__package__, "lock_sessions"), parameters)
    recorded_detections = connection.execute(load_sql(__package__, "recorded_detections"), parameters)
    recorded = {row[:2]: row[2] for row in recorded_detections}
    writable = [
        record
        for record in records
        if recorded.get((record.pending.job_id, record.pending.coach_id), 0)
        == record.pending.previous_detection_count
    ]
    succeeded = [record for record in writable if record.result.detection.status is DetectionStatus.SUCCEEDED]
    _insert(connection, DETECTION, [_detection_row(record) for record in writable])
    connection.execute(
        load_sql(__package__, "delete_cues"), {"jobs": [record.pending.job_id for record in succeeded]}
    )
    _insert(connection, CUE, [row for record in succeeded for row in _cue_rows(record)])
    _insert(connection, SENTIMENT, [row for record in writable for row in _sentiment_rows(record)])
    stored = {record.detection_id for record in writable}
    return [
        WriteOutcome.STORED if record.detection_id in stored else WriteOutcome.CONFLICT for record in records
    ]


def _insert(connection: psycopg.Connection[Any], insert: Insert, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert.statement, insert.by_column(rows))


def _identity(record: DetectionRecord) -> dict[str, Any]:
    pending = record.pending
    return {
        "detection_id": record.detection_id,
        "job_id": pending.job_id,
        "coach_id": pending.coach_id,
        "client_id": pending.client_id,
    }


def _detection_row(record: DetectionRecord) -> dict[str, Any]:
    result, detection = record.result, record.result.detection
    usage = detection.usage
    return _identity(record) | {
        "transcript_id": record.pending.transcript_id,
        "source_revision": record.pending.source_revision,
        "content_hash": record.pending.content_hash,
        "detector": detection.detector,
        "detector_version": detection.detector_version,
        "prompt_version": detection.prompt_version,
        "redaction_version": redaction.VERSION,
        "status": detection.status.value,
        "used_fallback": detection.used_fallback,
        "failure": _failure(detection),
        "error": detection.error[:500] if detection.error else None,
        "utterances_read": result.client_utterance_count or 0,
        "utterances_cached": usage.cached_utterances,
        "fallback_utterance_count": len(detection.fallback_utterances),
        "cues_found": sum(1 for _ in _cue_rows(record)),
        "sentiments_scored": len(result.sentiments),
        "requests": usage.requests,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost_usd": usage.cost_usd,
        "latency_seconds": round(usage.latency_seconds, 3),
        "started_at": result.started_at,
        "finished_at": result.finished_at,
    }


def _failure(detection: SessionDetection) -> str | None:
    """Return the failure kind; a failure of the local detector counts as an invalid response."""
    if detection.failure is not None:
        return detection.failure.value
    return FailureKind.INVALID_RESPONSE.value if detection.status is DetectionStatus.FAILED else None


def _cue_rows(record: DetectionRecord) -> Iterator[dict[str, Any]]:
    detection = record.result.detection
    for cue in detection.cues:
        if cue.confidence < record.min_stored_confidence:
            continue
        utterance = record.result.cue_utterances[cue.utterance_id]
        is_fallback = cue.utterance_id in detection.fallback_utterances
        yield _identity(record) | {
            "utterance_id": cue.utterance_id,
            "cue_type": cue.cue_type.value,
            "confidence": round(cue.confidence, 3),
            "text_excerpt": excerpt(utterance.text, cue.span),
            "preceding_context": context(utterance.context),
            "interpretation": cue.interpretation,
            "timestamp_seconds": utterance.start_seconds,
            "detector": "local" if is_fallback else detection.detector,
            "detector_version": record.fallback_version if is_fallback else detection.detector_version,
            "prompt_version": None if is_fallback else detection.prompt_version,
            "created_at": record.result.finished_at,
        }


def _sentiment_rows(record: DetectionRecord) -> Iterator[dict[str, Any]]:
    for utterance_id, score in record.result.sentiments.items():
        yield _identity(record) | {
            "utterance_id": utterance_id,
            "sentiment_score": round(score, 3),
            "source": "vader",
            "scorer_version": sentiment.VERSION,
        }
