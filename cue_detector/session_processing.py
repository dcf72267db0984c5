"""Processing of a session without database or network access: redaction, cue detection, sentiment.

A result contains only the utterances that are stored, because results are pickled between processes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cue_detector import sentiment
from cue_detector.domain import (
    DetectionStatus,
    Detector,
    FailureKind,
    InputUtterance,
    SessionDetection,
    SessionInput,
)
from cue_detector.redaction import redact_session


@dataclass(frozen=True, slots=True)
class SessionResult:
    """Everything that is stored about a processed session."""

    detection: SessionDetection
    client_utterance_count: int | None
    """None when the session had no input."""
    cue_utterances: Mapping[UUID, InputUtterance]
    """Redacted utterances that contain a cue."""
    sentiments: Mapping[UUID, float]
    """Scores in [-1, 1] of the utterances that need one and contain words."""
    started_at: datetime
    finished_at: datetime

    @property
    def job_id(self) -> UUID:
        return self.detection.job_id


@dataclass(frozen=True, slots=True)
class PreparedSession:
    """A redacted session with sentiment scores, ready for any detector."""

    session: SessionInput
    sentiments: Mapping[UUID, float]
    started_at: datetime

    @property
    def job_id(self) -> UUID:
        return self.session.job_id


def process_locally(detector: Detector, sessions: Sequence[SessionInput]) -> list[SessionResult]:
    """Process sessions with a detector that needs no network; results are in input order.

    An exception in one session becomes a failed result that contains the exception type only.
    """
    return [_process(detector, session) for session in sessions]


def prepare(detector: Detector, sessions: Sequence[SessionInput]) -> list[PreparedSession | SessionResult]:
    """Redact and score sessions, in input order; a session that raises becomes a failed result."""
    return [_prepare(detector, session) for session in sessions]


def session_result(prepared: PreparedSession, detection: SessionDetection) -> SessionResult:
    """Combine a prepared session and its detection."""
    session = prepared.session
    with_cues = {cue.utterance_id for cue in detection.cues}
    return SessionResult(
        detection=detection,
        client_utterance_count=sum(utterance.role == "client" for utterance in session.utterances),
        cue_utterances={u.utterance_id: u for u in session.utterances if u.utterance_id in with_cues},
        sentiments=prepared.sentiments,
        started_at=prepared.started_at,
        finished_at=datetime.now(UTC),
    )


def empty_result(job_id: UUID) -> SessionResult:
    """Return the result of a session without utterances to process."""
    now = datetime.now(UTC)
    detection = SessionDetection(job_id, "none", "none", None, DetectionStatus.SUCCEEDED)
    return SessionResult(detection, None, {}, {}, now, now)


def failed_result(detector: Detector, session: SessionInput, error: str) -> SessionResult:
    """Return the result of a session that could not be processed; `error` must not contain utterance text."""
    now = datetime.now(UTC)
    detection = SessionDetection(
        job_id=session.job_id,
        detector=detector.name,
        detector_version=detector.version,
        prompt_version=None,
        status=DetectionStatus.FAILED,
        failure=FailureKind.INVALID_RESPONSE,
        error=error,
    )
    return SessionResult(detection, 0, {}, {}, now, now)


def _process(detector: Detector, session: SessionInput) -> SessionResult:
    prepared = _prepare(detector, session)
    if isinstance(prepared, SessionResult):
        return prepared
    try:
        (detection,) = detector.detect([prepared.session])
        return session_result(prepared, detection)
    except Exception as error:
        return _exception_result(detector, session, error)


def _prepare(detector: Detector, session: SessionInput) -> PreparedSession | SessionResult:
    started_at = datetime.now(UTC)
    try:
        redacted = redact_session(session)
        scores = {
            utterance.utterance_id: sentiment.score(utterance.text)
            for utterance in redacted.utterances
            if utterance.needs_sentiment
        }
    except Exception as error:
        return _exception_result(detector, session, error)
    known = {utterance_id: score for utterance_id, score in scores.items() if score is not None}
    return PreparedSession(redacted, known, started_at)


def _exception_result(detector: Detector, session: SessionInput, error: Exception) -> SessionResult:
    # the message of an exception may quote the text; its type cannot
    return failed_result(detector, session, f"processing failed: {type(error).__name__}")
