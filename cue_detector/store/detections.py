"""Write what was detected: some sessions in one transaction, in the detector's own tables only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from uuid import UUID, uuid4

import psycopg

from cue_detector import redaction, sentiment
from cue_detector.domain import DetectionStatus, FailureKind, SessionDetection
from cue_detector.session_processing import Reading
from cue_detector.store.connection import ReconnectingConnection
from cue_detector.store.excerpts import context, excerpt
from cue_detector.store.pending_sessions import PendingSession
from cue_detector.store.statements import CUE, DETECTION, FORGET_CUES, LOCK, RECORDED, SENTIMENT, Insert


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
    reading: Reading
    stand_in: str | None = None
    """Version of the local detector that stood in for utterances."""
    min_stored_confidence: float = 0.0
    detection_id: UUID = field(default_factory=uuid4)


class DetectionStore:
    """Writes results; `connection` logs in as the detector's role."""

    def __init__(self, connection: ReconnectingConnection) -> None:
        """Write through a connection."""
        self._connection = connection

    def write(self, results: Sequence[Result]) -> list[Written]:
        """Write results together, each all or nothing; what became of each.

        Writing the same results twice changes nothing. When one of them was erased meanwhile, each is
        written by itself, so that it costs the others nothing.
        """
        try:
            return self._connection.run(lambda connection: _write_rows(connection, results))
        except psycopg.errors.ForeignKeyViolation:
            if len(results) == 1:
                return [Written.GONE]
            return [written for result in results for written in self.write([result])]


def _write_rows(connection: psycopg.Connection[Any], results: Sequence[Result]) -> list[Written]:
    parameters = {
        # in order of the ids, so that two writers never wait for each other in a circle
        "jobs": sorted(result.pending.job_id for result in results),
        "coaches": list({result.pending.coach_id for result in results}),
        "own": [result.detection_id for result in results],
    }
    connection.execute(LOCK, parameters)
    recorded = {row[:2]: row[2] for row in connection.execute(RECORDED, parameters)}
    free = [
        result
        for result in results
        if recorded.get((result.pending.job_id, result.pending.coach_id), 0)
        == result.pending.past_detection_count
    ]
    succeeded = [result for result in free if result.reading.detection.status is DetectionStatus.SUCCEEDED]
    _insert(connection, DETECTION, [_detection_row(result) for result in free])
    connection.execute(FORGET_CUES, {"answered": [result.pending.job_id for result in succeeded]})
    _insert(connection, CUE, [row for result in succeeded for row in _cue_rows(result)])
    _insert(connection, SENTIMENT, [row for result in free for row in _sentiment_rows(result)])
    stored = {result.detection_id for result in free}
    return [Written.STORED if result.detection_id in stored else Written.TAKEN for result in results]


def _insert(connection: psycopg.Connection[Any], insert: Insert, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert.statement, insert.by_column(rows))


def _identity(result: Result) -> dict[str, Any]:
    pending = result.pending
    return {
        "detection_id": result.detection_id,
        "job_id": pending.job_id,
        "coach_id": pending.coach_id,
        "client_id": pending.client_id,
    }


def _detection_row(result: Result) -> dict[str, Any]:
    reading, detection, usage = result.reading, result.reading.detection, result.reading.detection.usage
    return _identity(result) | {
        "transcript_id": result.pending.transcript_id,
        "source_revision": result.pending.source_revision,
        "content_hash": result.pending.content_hash,
        "detector": detection.detector,
        "detector_version": detection.detector_version,
        "prompt_version": detection.prompt_version,
        "redaction_version": redaction.VERSION,
        "status": detection.status.value,
        "used_fallback": detection.used_fallback,
        "failure": _failure(detection),
        "error": detection.error[:500] if detection.error else None,
        "utterances_read": reading.client_utterances or 0,
        "utterances_cached": usage.cached_utterances,
        "fallback_utterance_count": len(detection.fallback_utterances),
        "cues_found": sum(1 for _ in _cue_rows(result)),
        "sentiments_scored": len(reading.sentiments),
        "requests": usage.requests,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost_usd": usage.cost_usd,
        "latency_seconds": round(usage.latency_seconds, 3),
        "started_at": reading.started_at,
        "finished_at": reading.finished_at,
    }


def _failure(detection: SessionDetection) -> str | None:
    """Return whose fault it was; a detector on this machine that stopped has only itself to blame."""
    if detection.failure is not None:
        return detection.failure.value
    return FailureKind.ANSWER.value if detection.status is DetectionStatus.FAILED else None


def _cue_rows(result: Result) -> Iterator[dict[str, Any]]:
    detection = result.reading.detection
    for cue in detection.cues:
        if cue.confidence < result.min_stored_confidence:
            continue
        utterance = result.reading.quoted[cue.utterance_id]
        is_stand_in = cue.utterance_id in detection.fallback_utterances
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
            "created_at": result.reading.finished_at,
        }


def _sentiment_rows(result: Result) -> Iterator[dict[str, Any]]:
    for utterance_id, score in result.reading.sentiments.items():
        yield _identity(result) | {
            "utterance_id": utterance_id,
            "sentiment_score": round(score, 3),
            "source": "vader",
            "scorer_version": sentiment.VERSION,
        }
