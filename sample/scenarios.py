"""The form of a scenario: a client of a coach and one plan per recorded session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Recording = Literal["both", "client_only", "coach_only", "empty_transcript", "no_transcript"]
State = Literal["completed", "processing", "pending", "failed"]
Dated = Literal["session_date", "completed_at", "created_at"]
SpeakerLabels = Literal["roles", "numbers", "untidy"]
SentimentLabels = Literal["words", "untidy", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One recorded session; days are counted back from the last date (negative: after it)."""

    days_ago: int
    openness: float = 0.75
    """0 (short replies, the coach talks) to 1 (long replies, equal shares); determines engagement."""
    mood: float = 0.2
    """Mean sentiment of the client's lines (-1 to 1)."""
    cues: Mapping[str, int] = field(default_factory=dict)
    """Number of lines with a language cue by type; the others follow from openness and mood."""
    turns: int | None = None
    """Approximate number of utterances; None: 34 to 46."""
    hour: int | None = None
    """Hour (UTC) at which it starts; None: 8 to 16."""
    topics: tuple[str, ...] = ()
    """Topics of this session; empty: those of the scenario."""
    recording: Recording = "both"
    state: State = "completed"
    dated: Dated = "session_date"
    """Which of the job's columns the session date comes from."""
    recorded_days_ago: int | None = None
    """When it was recorded, if the session date is wrong."""
    speakers: SpeakerLabels = "roles"
    sentiment: SentimentLabels = "words"
    overlaps: float = 0.04
    """Fraction of turns that begin before the other speaker has finished."""
    reversed_timestamps: int = 0
    """Number of utterances that end before they start."""
    speaker_confidence: float = 0.95
    transcript_confidence: float = 0.96
    has_older_transcript: bool = False
    """Transcribed twice; only the newer transcript counts."""
    has_summary: bool = True
    has_details: bool = False
    """The client mentions a name, a telephone number and an address, as input for redaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A coach-client pair and its sessions."""

    name: str
    coach: int
    """0 is the demo coach."""
    topics: tuple[str, ...]
    """The first one is the main topic."""
    sessions: tuple[Session, ...] = ()
    client: str = ""
    """Key of the client; empty: the scenario's name. Two scenarios with one key share a client."""
    is_active: bool = True
    known_for_days: int = 0
    """Age of the relationship in days; 0: it began ten days before the first session."""

    @property
    def client_key(self) -> str:
        return self.client or self.name


def session_days(interval: int, first: int, last: int) -> list[int]:
    """Return days ago at a fixed interval, oldest first: `session_days(7, 21, 7)` is 21, 14, 7.

    Raises ValueError when the interval does not lead from first to last.
    """
    if (first - last) % interval:
        raise ValueError(f"{first} days ago to {last} days ago is not a number of steps of {interval} days")
    return list(range(first, last - 1, -interval))


def course(
    days_ago: Sequence[int],
    openness: tuple[float, float] | float = 0.75,
    mood: tuple[float, float] | float = 0.2,
    like: Session | None = None,
) -> tuple[Session, ...]:
    """Return sessions whose openness and mood change linearly by date from the first value to the second.

    All other fields come from `like`.
    """
    pattern = like or Session(days_ago=0)
    start, end = days_ago[0], days_ago[-1]
    return tuple(
        replace(
            pattern,
            days_ago=day,
            openness=_interpolate(openness, (start - day) / max(start - end, 1)),
            mood=_interpolate(mood, (start - day) / max(start - end, 1)),
        )
        for day in days_ago
    )


def with_cues(sessions: Sequence[Session], **cues: int) -> tuple[Session, ...]:
    """Return the same sessions with the given number of cues in each."""
    return tuple(replace(session, cues={**session.cues, **cues}) for session in sessions)


def _interpolate(value: tuple[float, float] | float, fraction: float) -> float:
    if isinstance(value, tuple):
        first, last = value
        return round(first + (last - first) * fraction, 4)
    return value
