"""One session as the transcription service would have stored it: job, transcript, utterances, summary."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sample.deterministic_random import SeededRandom, surrogate_uuid
from sample.dialogue import SHORT_TALK, Client, Line, converse
from sample.phrases import Topic, library
from sample.rows import COLUMNS, Row
from sample.scenarios import Session
from sample.schedule import Timed, with_times
from sample.text import word_count

_WORDS = {1.0: "very_positive", 0.5: "positive", 0.0: "neutral", -0.5: "negative", -1.0: "very_negative"}
_UNTIDY = {1.0: "Very_Positive", 0.5: " Positive ", 0.0: "0.0", -0.5: "-0.45", -1.0: "thunderous"}
"""Labels as an older transcription service wrote them: other case, numbers, and a word nobody knows."""
_ROLES = {"coach": "coach", "client": "client"}
_SPEAKERS = {
    "roles": _ROLES,
    "numbers": {"coach": "speaker_0", "client": "speaker_1"},
    "untidy": {"coach": " Coach", "client": "CLIENT "},
}
_PROGRESS = {"completed": 100, "processing": 45, "pending": 0, "failed": 30}


@dataclass
class Rows:
    """Rows made so far, by table, and what cannot be read off them."""

    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    cues: dict[UUID, str] = field(default_factory=dict)
    """Language cue that an utterance was written to carry."""

    def add(self, table: str, values: Mapping[str, object]) -> None:
        """Add a row; columns that are not named are null."""
        if unknown := set(values) - set(COLUMNS[table]):
            raise KeyError(f"the sample fills no column {', '.join(sorted(unknown))} of {table}")
        self.tables[table].append(tuple(values.get(column) for column in COLUMNS[table]))


@dataclass(frozen=True)
class Place:
    """Where a session belongs."""

    seed: int
    story: str
    number: int
    """1 for the first session of the pair."""
    coach_id: UUID
    client_id: UUID
    last_date: date

    def id_of(self, *key: object) -> UUID:
        """The id of a row of this session."""
        return surrogate_uuid(self.seed, self.story, self.number, *key)


@dataclass(frozen=True)
class _Take:
    """All that is known of one session before it is written down."""

    place: Place
    session: Session
    client: Client
    dice: SeededRandom
    timed: list[Timed]
    length: Decimal
    """Seconds of audio."""
    created: datetime
    """When the recording was handed in."""

    @property
    def transcribed(self) -> datetime:
        """When the transcript was written."""
        return self.created + timedelta(seconds=90 + self.place.number % 60)

    @property
    def topics(self) -> list[Topic]:
        """What the session is about, the main topic first."""
        return [library().topics[key] for key in self.session.topics or self.client.topics]


def record(rows: Rows, place: Place, session: Session, client: Client) -> None:
    """Add one session to `rows`."""
    dice = SeededRandom(place.seed, place.story, place.number)
    lines: list[Line] = []
    if session.recording in ("both", "client_only", "coach_only"):
        lines = converse(session, client, dice)
    if session.recording != "both":
        lines = [line for line in lines if session.recording == f"{line.speaker}_only"]
    timed = with_times(lines, session, dice)
    length = max((one.end for one in timed), default=Decimal(40)) + dice.whole(1, 5)
    take = _Take(place, session, client, dice, timed, length, _handed_in(place, session, dice, length))
    _add_job(rows, take)
    if session.recording == "no_transcript":
        return
    if session.has_older_transcript:
        _add_older_transcript(rows, take)
    _add_transcript(rows, take)
    _add_utterances(rows, take)
    if session.has_summary:
        _add_summary(rows, take)


def _handed_in(place: Place, session: Session, dice: SeededRandom, length: Decimal) -> datetime:
    back = session.days_ago if session.recorded_days_ago is None else session.recorded_days_ago
    hour = dice.whole(8, 16) if session.hour is None else session.hour
    day = place.last_date - timedelta(days=back)
    started = datetime.combine(day, time(hour, dice.whole(0, 3) * 15), UTC)
    return started + timedelta(seconds=int(length), minutes=dice.whole(5, 40))


def _add_job(rows: Rows, take: _Take) -> None:
    place, session = take.place, take.session
    job_id = place.id_of("job")
    summed_up = take.transcribed + timedelta(seconds=25)
    completed = summed_up + timedelta(seconds=3)
    held = place.last_date - timedelta(days=session.days_ago)
    is_completed = session.state == "completed"
    is_short = session.turns is not None and session.turns < SHORT_TALK
    rows.add(
        "transcription_jobs",
        {
            "id": job_id,
            "client_id": place.client_id,
            "coach_id": place.coach_id,
            "audio_url": f"sample://recordings/{job_id}.mp3",
            "audio_filename": f"{job_id}.mp3",
            "audio_format": "mp3",
            "audio_size_bytes": int(take.length) * 16_000,
            "audio_duration_seconds": take.length,
            "status": session.state,
            "progress": _PROGRESS[session.state],
            "started_at": None if session.state == "pending" else take.created + timedelta(seconds=20),
            "transcription_completed_at": take.transcribed if is_completed else None,
            "summary_completed_at": summed_up if is_completed and session.has_summary else None,
            "completed_at": completed if is_completed and session.dated != "created_at" else None,
            "error_message": "audio could not be decoded" if session.state == "failed" else None,
            "retry_count": 3 if session.state == "failed" else 0,
            "session_date": held if session.dated == "session_date" else None,
            "session_type": "check_in" if is_short else "coaching",
            "session_title": f"{take.topics[0].title}, session {place.number}",
            "created_at": take.created,
            "updated_at": completed if is_completed else take.created,
        },
    )


def _add_transcript(rows: Rows, take: _Take, version: str = "") -> None:
    text = " ".join(one.line.text for one in take.timed)
    rows.add(
        "transcripts",
        {
            "id": take.place.id_of(f"{version}transcript"),
            "job_id": take.place.id_of("job"),
            "full_text": text,
            "word_count": word_count(text),
            "duration_seconds": take.length,
            "model_used": "sample-speech-2",
            "confidence_score": _share(take.session.transcript_confidence),
            "created_at": take.transcribed,
        },
    )


def _add_older_transcript(rows: Rows, take: _Take) -> None:
    """The first attempt: half of the session, in which everything was taken for the coach's words."""
    half = take.timed[: len(take.timed) // 2]
    session = replace(take.session, transcript_confidence=0.55, speaker_confidence=0.5)
    older = replace(
        take, session=session, timed=half, length=half[-1].end, created=take.created - timedelta(minutes=20)
    )
    _add_transcript(rows, older, "older ")
    for number, one in enumerate(half):
        rows.add(
            "utterances",
            {
                "id": take.place.id_of("older utterance", number),
                "transcript_id": take.place.id_of("older transcript"),
                "speaker_number": 0,
                "speaker_label": "coach",
                "speaker_confidence": _share(session.speaker_confidence),
                "text": one.line.text,
                "start_time": one.start,
                "end_time": one.end,
                "confidence": _share(session.transcript_confidence),
                "sequence_number": number,
                "created_at": older.transcribed,
            },
        )


def _add_utterances(rows: Rows, take: _Take) -> None:
    session, dice = take.session, take.dice
    has_intents = dice.happens(0.35)
    for number, one in enumerate(take.timed):
        utterance_id = take.place.id_of("utterance", number)
        line = one.line
        rows.add(
            "utterances",
            {
                "id": utterance_id,
                "transcript_id": take.place.id_of("transcript"),
                "speaker_number": 0 if line.speaker == "coach" else 1,
                "speaker_label": _SPEAKERS[session.speakers][line.speaker],
                "speaker_confidence": _share(
                    min(0.99, session.speaker_confidence + dice.between(-0.06, 0.05))
                ),
                "text": line.text,
                "start_time": one.start,
                "end_time": one.end,
                "confidence": _about(session.transcript_confidence, dice),
                "intent": line.intent if has_intents else None,
                "sentiment": _sentiment(line, session, dice),
                "sequence_number": number,
                "created_at": take.transcribed,
            },
        )
        if line.cue is not None:
            rows.cues[utterance_id] = line.cue


def _sentiment(line: Line, session: Session, dice: SeededRandom) -> str | None:
    """The label that upstream gives the line; it now and then gives none."""
    is_left_out = dice.happens(0.06 if line.speaker == "client" else 0.12)
    if session.sentiment == "missing" or is_left_out:
        return None
    return (_UNTIDY if session.sentiment == "untidy" else _WORDS)[line.score]


def _add_summary(rows: Rows, take: _Take) -> None:
    scores = [one.line.score for one in take.timed if one.line.speaker == "client"]
    mean = sum(scores) / len(scores) if scores else 0.0
    words = sum(word_count(one.line.text) for one in take.timed)
    step = take.client.last_step
    agreed = f"The next step is to {step}." if step else "No next step was agreed on."
    rows.add(
        "session_summaries",
        {
            "id": take.place.id_of("summary"),
            "job_id": take.place.id_of("job"),
            "transcript_id": take.place.id_of("transcript"),
            "executive_summary": f"The session was about {take.topics[0].title.lower()}. {agreed}",
            "key_topics": json.dumps([topic.title for topic in take.topics]),
            "action_items": json.dumps([step] if step else []),
            "coaching_moments": json.dumps([]),
            "session_type_detected": "coaching",
            "client_sentiment": min(_WORDS.items(), key=lambda item: abs(item[0] - mean))[1],
            "engagement_score": _share(take.session.openness).quantize(Decimal("0.01")),
            "llm_model": "sample-summary-1",
            "prompt_tokens": words * 4 // 3 + 400,
            "completion_tokens": 180,
            "created_at": take.transcribed + timedelta(seconds=10),
        },
    )


def _about(confidence: float, dice: SeededRandom) -> Decimal:
    return _share(min(0.99, confidence + dice.between(-0.05, 0.05)))


def _share(value: float) -> Decimal:
    return Decimal(value).quantize(Decimal("0.001"))
