"""Input and output types of a cue detector (docs/reference/specification.md, "Language Cue Detection")."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID


class CueType(StrEnum):
    """The nine cue types of the specification."""

    RESISTANCE = "resistance"
    COMMITMENT = "commitment"
    BREAKTHROUGH = "breakthrough"
    CONCERN = "concern"
    DEFLECTION = "deflection"
    ENTHUSIASM = "enthusiasm"
    DOUBT = "doubt"
    AGREEMENT = "agreement"
    GOAL_SETTING = "goal_setting"


@dataclass(frozen=True, slots=True)
class ContextLine:
    """A preceding utterance, by any speaker."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class InputUtterance:
    """An utterance of the coach or the client, as the detector's input model returns it."""

    utterance_id: UUID
    role: Literal["coach", "client"]
    start_seconds: float
    text: str
    context: tuple[ContextLine, ...]
    """Up to two preceding utterances, oldest first."""
    needs_sentiment: bool
    """True when the source has no usable sentiment label."""


@dataclass(frozen=True, slots=True)
class SessionInput:
    """Detector input of one session."""

    job_id: UUID
    coach_id: UUID
    client_id: UUID
    transcript_id: UUID
    source_revision: str
    """Changes with the transcript; a detection is valid for one revision only."""
    utterances: tuple[InputUtterance, ...]
    is_redacted: bool = False
    """Set only by `redact_session`, which is the sole guarantee that the texts contain no names."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A language cue detected in one utterance."""

    utterance_id: UUID
    cue_type: CueType
    confidence: float
    """Probability that the label is correct, 0-1."""
    interpretation: str
    """One sentence on the relevance to the coach. Never quotes the utterance."""
    span: tuple[int, int] | None = None
    """Start and end offset of the matched words in the redacted text, if known."""


class DetectionStatus(StrEnum):
    """Final status of a detection."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DEFERRED = "deferred"
    """Postponed to the next run because a spending cap was reached."""


class FailureKind(StrEnum):
    """Cause of a failure; it determines the retry policy. The values are stored."""

    PROVIDER = "provider"
    """The provider was unavailable or timed out. Retried in every run."""
    INVALID_RESPONSE = "answer"
    """Every response was invalid. Retried in a limited number of runs."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources used by a detection."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_utterances: int = 0
    cost_usd: float | None = None
    latency_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionDetection:
    """Output of one detector for one session."""

    job_id: UUID
    detector: str
    detector_version: str
    prompt_version: str | None
    status: DetectionStatus
    cues: tuple[Cue, ...] = ()
    usage: Usage = field(default_factory=Usage)
    used_fallback: bool = False
    """True when the local detector replaced a failed language model for at least one utterance."""
    fallback_utterances: frozenset[UUID] = frozenset()
    """Utterances processed by the local detector; the language model processed the others."""
    failure: FailureKind | None = None
    """Set when the status is failed or the fallback was used."""
    error: str | None = None
    """Error message; contains no utterance text."""


class Detector(Protocol):
    """Interface of the cue detectors."""

    name: str
    version: str

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield one detection per session as each completes; an error in one session is not raised."""
        ...
