"""What is done to one session without database or network: redact, find cues, score sentiment.

A reading holds no more of what was said than is kept of it, so that it is small on its way between processes.
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
class Reading:
    """What came of reading a session."""

    detection: SessionDetection
    client_utterances: int | None
    """How many were read; none when there was nothing to read."""
    quoted: Mapping[UUID, InputUtterance]
    """The redacted utterances in which a cue was found."""
    sentiments: Mapping[UUID, float]
    """Scores in [-1, 1] of the utterances that need one and have words."""
    started_at: datetime
    finished_at: datetime

    @property
    def job_id(self) -> UUID:
        """Return the session's job."""
        return self.detection.job_id


@dataclass(frozen=True, slots=True)
class Prepared:
    """A session made ready for any detector."""

    session: SessionInput
    """Redacted."""
    sentiments: Mapping[UUID, float]
    started_at: datetime

    @property
    def job_id(self) -> UUID:
        """Return the session's job."""
        return self.session.job_id


def process_locally(detector: Detector, sessions: Sequence[SessionInput]) -> list[Reading]:
    """Return the readings of sessions, in order, by a detector that needs no network.

    Never raises because of one session: what stopped is a failed detection, with the kind of error only.
    """
    return [_read(detector, session) for session in sessions]


def prepare(detector: Detector, sessions: Sequence[SessionInput]) -> list[Prepared | Reading]:
    """Return sessions made ready, in order; a failed reading in the place of one that could not be."""
    return [_prepared(detector, session) for session in sessions]


def session_result(prepared: Prepared, detection: SessionDetection) -> Reading:
    """Return the reading of a session that a detector has answered for."""
    session = prepared.session
    with_cues = {cue.utterance_id for cue in detection.cues}
    return Reading(
        detection=detection,
        client_utterances=sum(utterance.role == "client" for utterance in session.utterances),
        quoted={u.utterance_id: u for u in session.utterances if u.utterance_id in with_cues},
        sentiments=prepared.sentiments,
        started_at=prepared.started_at,
        finished_at=datetime.now(UTC),
    )


def nothing_to_read(job_id: UUID) -> Reading:
    """Return the reading of a session in which nobody said anything that must be read."""
    now = datetime.now(UTC)
    detection = SessionDetection(job_id, "none", "none", None, DetectionStatus.SUCCEEDED)
    return Reading(detection, None, {}, {}, now, now)


def failed(detector: Detector, said: SessionInput, error: str) -> Reading:
    """Return the reading of a session that could not be read, and why; `error` says nothing that was said."""
    now = datetime.now(UTC)
    detection = SessionDetection(
        job_id=said.job_id,
        detector=detector.name,
        detector_version=detector.version,
        prompt_version=None,
        status=DetectionStatus.FAILED,
        failure=FailureKind.ANSWER,
        error=error,
    )
    return Reading(detection, 0, {}, {}, now, now)


def _read(detector: Detector, said: SessionInput) -> Reading:
    prepared = _prepared(detector, said)
    if isinstance(prepared, Reading):
        return prepared
    try:
        (detection,) = detector.detect([prepared.session])
        return session_result(prepared, detection)
    except Exception as error:
        return _stopped(detector, said, error)


def _prepared(detector: Detector, said: SessionInput) -> Prepared | Reading:
    started_at = datetime.now(UTC)
    try:
        session = redact_session(said)
        scores = {
            utterance.utterance_id: sentiment.score(utterance.text)
            for utterance in session.utterances
            if utterance.needs_sentiment
        }
    except Exception as error:
        return _stopped(detector, said, error)
    known = {utterance_id: score for utterance_id, score in scores.items() if score is not None}
    return Prepared(session, known, started_at)


def _stopped(detector: Detector, said: SessionInput, error: Exception) -> Reading:
    return failed(detector, said, f"reading stopped: {type(error).__name__}")
