"""How a story is told: a client of a coach, and one plan per recorded session."""

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
    """One recorded session, days counted back from the practice's last date (negative: after it)."""

    days_ago: int
    openness: float = 0.75
    """0 (a word here and there, the coach talks) to 1 (long answers, even shares): drives engagement."""
    mood: float = 0.2
    """-1 to 1: mean sentiment of what the client says."""
    cues: Mapping[str, int] = field(default_factory=dict)
    """How many lines with a language cue, by type; what is not named follows from openness and mood."""
    turns: int | None = None
    """About how many utterances; None: 34 to 46."""
    hour: int | None = None
    """Hour of the day (UTC) at which it starts; None: 8 to 16."""
    topics: tuple[str, ...] = ()
    """Topics of this session; empty: those of the story, in turn."""
    recording: Recording = "both"
    state: State = "completed"
    dated: Dated = "session_date"
    """The first of these three that is filled: the job's date of the session falls back to it."""
    recorded_days_ago: int | None = None
    """When it was really recorded, where the date was typed in wrongly."""
    speakers: SpeakerLabels = "roles"
    sentiment: SentimentLabels = "words"
    overlaps: float = 0.04
    """Share of turns that begin before the other has finished."""
    broken_times: int = 0
    """How many utterances end before they start."""
    speaker_confidence: float = 0.95
    transcript_confidence: float = 0.96
    has_older_transcript: bool = False
    """Whether it was transcribed twice: only the newer transcript counts."""
    has_summary: bool = True
    has_details: bool = False
    """Whether the client says a name, a telephone number and an address, so that redaction has work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A client of one coach, and what happens between them."""

    name: str
    coach: int
    """0 is the demo coach."""
    topics: tuple[str, ...]
    """The first is the main one."""
    sessions: tuple[Session, ...] = ()
    client: str = ""
    """Key of the client; empty: the story's name. Two stories with one key share a client."""
    is_active: bool = True
    known_for_days: int = 0
    """Days since coach and client know each other; 0: from ten days before the first session."""

    @property
    def client_key(self) -> str:
        """Which client this is."""
        return self.client or self.name


def every(days: int, first: int, last: int) -> list[int]:
    """Days ago of sessions in a fixed rhythm, oldest first: `every(7, 21, 7)` is 21, 14, 7.

    Raises ValueError when the rhythm doesn't lead from first to last.
    """
    if (first - last) % days:
        raise ValueError(f"{first} days ago to {last} days ago is not a number of steps of {days} days")
    return list(range(first, last - 1, -days))


def course(
    days_ago: Sequence[int],
    openness: tuple[float, float] | float = 0.75,
    mood: tuple[float, float] | float = 0.2,
    like: Session | None = None,
) -> tuple[Session, ...]:
    """Sessions whose openness and mood go evenly, by date, from the first value to the second one.

    Everything else is taken from `like`.
    """
    pattern = like or Session(days_ago=0)
    start, end = days_ago[0], days_ago[-1]
    return tuple(
        replace(
            pattern,
            days_ago=day,
            openness=_on_way(openness, (start - day) / max(start - end, 1)),
            mood=_on_way(mood, (start - day) / max(start - end, 1)),
        )
        for day in days_ago
    )


def with_cues(sessions: Sequence[Session], **cues: int) -> tuple[Session, ...]:
    """The same sessions, with that many cues of the named types in each."""
    return tuple(replace(session, cues={**session.cues, **cues}) for session in sessions)


def _on_way(value: tuple[float, float] | float, passed: float) -> float:
    if isinstance(value, tuple):
        first, last = value
        return round(first + (last - first) * passed, 4)
    return value
