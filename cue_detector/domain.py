"""What goes into a detector and what comes out of it (specification, "Language Cue Detection")."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID


class CueType(StrEnum):
    """The nine kinds of language cue of the specification."""

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
    """One of the (up to two) utterances said just before, by any speaker."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class InputUtterance:
    """A coach's or client's utterance as the input model assembled it; text is not yet redacted."""

    utterance_id: UUID
    role: Literal["coach", "client"]
    start_seconds: float
    text: str
    context: tuple[ContextLine, ...]
    """Up to two utterances before, oldest first."""
    needs_sentiment: bool
    """True when upstream gave no usable sentiment label."""


@dataclass(frozen=True, slots=True)
class SessionInput:
    """All that a detector reads of one session."""

    job_id: UUID
    coach_id: UUID
    client_id: UUID
    transcript_id: UUID
    source_revision: str
    """Changes when the transcript does; a detection answers for exactly one revision."""
    utterances: tuple[InputUtterance, ...]
    is_redacted: bool = False
    """Set by redaction alone: nothing else may say that a text holds no one's name."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A language cue found in one utterance."""

    utterance_id: UUID
    cue_type: CueType
    confidence: float
    """0-1: the probability that this label is right."""
    interpretation: str
    """One plain sentence: why this matters to the coach. Never quotes the utterance."""
    span: tuple[int, int] | None = None
    """Start and end of the matched words in the redacted text, where the detector knows them."""


class DetectionStatus(StrEnum):
    """How a detection ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DEFERRED = "deferred"
    """Left for the next run, because a spending cap was reached."""


class FailureKind(StrEnum):
    """Whose fault it was that a detection failed; decides how often it is tried again."""

    PROVIDER = "provider"
    """The model could not be reached or used in time: tried again in every run until it heals."""
    ANSWER = "answer"
    """The model answered, but never validly: tried again a few times only."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a detection cost."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_utterances: int = 0
    cost_usd: float | None = None
    latency_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionDetection:
    """What one detector says about one session."""

    job_id: UUID
    detector: str
    detector_version: str
    prompt_version: str | None
    status: DetectionStatus
    cues: tuple[Cue, ...] = ()
    usage: Usage = field(default_factory=Usage)
    used_fallback: bool = False
    """True when the local detector answered in place of a language model that failed."""
    fallback_utterances: frozenset[UUID] = frozenset()
    """The utterances that the local detector answered; the language model answered the others."""
    failure: FailureKind | None = None
    """Set when the status is failed, or when the local detector stood in."""
    error: str | None = None
    """Reason in plain words, without any utterance text."""


class Detector(Protocol):
    """Anything that finds cues: one answer per session, never an exception because of one session."""

    name: str
    version: str

    def detect(self, sessions: Iterable[SessionInput]) -> Iterator[SessionDetection]:
        """Yield one detection per session, as each is ready."""
        ...
