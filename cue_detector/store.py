"""Write what was detected: each session in one transaction, in the detector's own tables only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID, uuid4

import psycopg

from cue_detector import redaction, sentiment
from cue_detector.domain import DetectionStatus, FailureKind, SessionDetection, SessionInput
from cue_detector.store_connection import LastingConnection
from cue_detector.store_excerpts import context, excerpt
from cue_detector.store_input import PendingSession
from cue_detector.store_statements import CUE, DETECTION, FORGET_CUES, GUARD, LOCK, SENTIMENT


class Written(Enum):
    """What became of a session's result."""

    STORED = auto()
    GONE = auto()
    """The session, or something said in it, was erased or replaced meanwhile; nothing is kept."""
    TAKEN = auto()
    """Another run recorded a result first; this one is dropped."""


@dataclass(frozen=True)
class Result:
    """Everything that is written about one session."""

    pending: PendingSession
    session: SessionInput | None
    """The redacted session; none when there was nothing to read."""
    detection: SessionDetection
    sentiments: Mapping[UUID, float]
    started_at: datetime
    finished_at: datetime
    stand_in: str | None = None
    """Version of the local detector that stood in for utterances."""
    store_from_confidence: float = 0.0
    detection_id: UUID = field(default_factory=uuid4)


class DetectionStore:
    """Writes results; `connection` logs in as the detector's role."""

    def __init__(self, connection: LastingConnection) -> None:
        """Write through a connection."""
        self._connection = connection

    def write(self, result: Result) -> Written:
        """Write a result, all or nothing. Writing the same result twice changes nothing."""
        try:
            return self._connection.run(lambda connection: _write_rows(connection, result))
        except psycopg.errors.ForeignKeyViolation:
            return Written.GONE


def _write_rows(connection: psycopg.Connection[Any], result: Result) -> Written:
    connection.execute(LOCK, _identity(result))
    guard = connection.execute(GUARD, _identity(result)).fetchone()
    if guard is None or guard[0] != result.pending.past_detection_count:
        return Written.TAKEN
    connection.execute(DETECTION, _detection_row(result))
    with connection.cursor() as cursor:
        if result.detection.status is DetectionStatus.SUCCEEDED:
            cursor.execute(FORGET_CUES, _identity(result))
            cursor.executemany(CUE, list(_cue_rows(result)))
        cursor.executemany(
            SENTIMENT, [_sentiment_row(result, *scored) for scored in result.sentiments.items()]
        )
    return Written.STORED


def _identity(result: Result) -> dict[str, Any]:
    pending = result.pending
    return {
        "detection_id": result.detection_id,
        "job_id": pending.job_id,
        "coach_id": pending.coach_id,
        "client_id": pending.client_id,
    }


def _detection_row(result: Result) -> dict[str, Any]:
    detection, usage = result.detection, result.detection.usage
    read = [u for u in result.session.utterances if u.role == "client"] if result.session else []
    return _identity(result) | {
        "transcript_id": result.pending.transcript_id,
        "source_revision": result.pending.source_revision,
        "content_hash": result.pending.content_hash,
        "detector": detection.detector,
        "detector_version": detection.detector_version,
        "prompt_version": detection.prompt_version,
        "redaction_version": redaction.VERSION,
        "status": detection.status.value,
        "fell_back": detection.fell_back,
        "failure": _failure(detection),
        "error": detection.error[:500] if detection.error else None,
        "utterances_read": len(read),
        "utterances_cached": usage.cached_utterances,
        "utterances_stood_in": len(detection.stood_in_for),
        "cues_found": sum(1 for _ in _cue_rows(result)),
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
    """Return whose fault it was; a detector on this machine that stopped has only itself to blame."""
    if detection.failure is not None:
        return detection.failure.value
    return FailureKind.ANSWER.value if detection.status is DetectionStatus.FAILED else None


def _cue_rows(result: Result) -> Iterator[dict[str, Any]]:
    detection = result.detection
    said = {u.utterance_id: u for u in result.session.utterances} if result.session else {}
    for cue in detection.cues:
        if cue.confidence < result.store_from_confidence:
            continue
        utterance = said[cue.utterance_id]
        is_stand_in = cue.utterance_id in detection.stood_in_for
        yield _identity(result) | {
            "utterance_id": cue.utterance_id,
            "cue_type": cue.cue_type.value,
            "confidence": round(cue.confidence, 3),
            "text_excerpt": excerpt(utterance.text, cue.span),
            "preceding_context": context(utterance.context),
            "interpretation": cue.interpretation,
            "timestamp_seconds": utterance.start_seconds,
            "detector": "local" if is_stand_in else detection.detector,
            "detector_version": result.stand_in if is_stand_in else detection.detector_version,
            "prompt_version": None if is_stand_in else detection.prompt_version,
            "created_at": result.finished_at,
        }


def _sentiment_row(result: Result, utterance_id: UUID, score: float) -> dict[str, Any]:
    return _identity(result) | {
        "utterance_id": utterance_id,
        "sentiment_score": round(score, 3),
        "source": "vader",
        "scorer_version": sentiment.VERSION,
    }
