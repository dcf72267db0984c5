"""Generates the rows of one session: job, transcript, utterances and summary."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sample.deterministic_random import SeededRandom, surrogate_uuid
from sample.dialogue import SHORT_SESSION_TURNS, Client, Line, converse
from sample.phrases import Topic, library
from sample.rows import COLUMNS, Row
from sample.scenarios import Session
from sample.schedule import TimedLine, add_timestamps
from sample.text import word_count

_SENTIMENT_LABELS = {
    1.0: "very_positive",
    0.5: "positive",
    0.0: "neutral",
    -0.5: "negative",
    -1.0: "very_negative",
}
_UNTIDY_SENTIMENT_LABELS = {
    1.0: "Very_Positive",
    0.5: " Positive ",
    0.0: "0.0",
    -0.5: "-0.45",
    -1.0: "thunderous",
}
"""Labels as an older transcription service wrote them: mixed case, numbers and an unknown word."""
_ROLES = {"coach": "coach", "client": "client"}
_SPEAKER_LABELS = {
    "roles": _ROLES,
    "numbers": {"coach": "speaker_0", "client": "speaker_1"},
    "untidy": {"coach": " Coach", "client": "CLIENT "},
}
_PROGRESS = {"completed": 100, "processing": 45, "pending": 0, "failed": 30}


@dataclass
class Rows:
    """Generated rows by table, and the intended cues."""

    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    cues: dict[UUID, str] = field(default_factory=dict)
    """utterance_id -> language cue that the utterance was written to contain."""

    def add(self, table: str, values: Mapping[str, object]) -> None:
        """Add a row; columns without a value are null."""
        if unknown := set(values) - set(COLUMNS[table]):
            raise KeyError(f"the sample fills no column {', '.join(sorted(unknown))} of {table}")
        self.tables[table].append(tuple(values.get(column) for column in COLUMNS[table]))


@dataclass(frozen=True)
class SessionIdentity:
    """Identifies a session and derives the ids of its rows."""

    seed: int
    scenario: str
    number: int
    """1 for the first session of the pair."""
    coach_id: UUID
    client_id: UUID
    last_date: date

    def row_id(self, *key: object) -> UUID:
        return surrogate_uuid(self.seed, self.scenario, self.number, *key)


@dataclass(frozen=True)
class _Recording:
    """A generated session before its rows are written."""

    identity: SessionIdentity
    session: Session
    client: Client
    rng: SeededRandom
    timed_lines: list[TimedLine]
    length: Decimal
    """Seconds of audio."""
    created: datetime
    """When the recording was uploaded."""

    @property
    def transcribed(self) -> datetime:
        return self.created + timedelta(seconds=90 + self.identity.number % 60)

    @property
    def topics(self) -> list[Topic]:
        """Topics of the session, the main one first."""
        return [library().topics[key] for key in self.session.topics or self.client.topics]


def record(rows: Rows, identity: SessionIdentity, session: Session, client: Client) -> None:
    """Add one session to `rows`."""
    rng = SeededRandom(identity.seed, identity.scenario, identity.number)
    lines: list[Line] = []
    if session.recording in ("both", "client_only", "coach_only"):
        lines = converse(session, client, rng)
    if session.recording != "both":
        lines = [line for line in lines if session.recording == f"{line.speaker}_only"]
    timed_lines = add_timestamps(lines, session, rng)
    length = max((timed.end for timed in timed_lines), default=Decimal(40)) + rng.integer(1, 5)
    uploaded = _upload_time(identity, session, rng, length)
    recording = _Recording(identity, session, client, rng, timed_lines, length, uploaded)
    _add_job(rows, recording)
    if session.recording == "no_transcript":
        return
    if session.has_older_transcript:
        _add_older_transcript(rows, recording)
    _add_transcript(rows, recording)
    _add_utterances(rows, recording)
    if session.has_summary:
        _add_summary(rows, recording)


def _upload_time(identity: SessionIdentity, session: Session, rng: SeededRandom, length: Decimal) -> datetime:
    back = session.days_ago if session.recorded_days_ago is None else session.recorded_days_ago
    hour = rng.integer(8, 16) if session.hour is None else session.hour
    day = identity.last_date - timedelta(days=back)
    started = datetime.combine(day, time(hour, rng.integer(0, 3) * 15), UTC)
    return started + timedelta(seconds=int(length), minutes=rng.integer(5, 40))


def _add_job(rows: Rows, recording: _Recording) -> None:
    identity, session = recording.identity, recording.session
    job_id = identity.row_id("job")
    summarized_at = recording.transcribed + timedelta(seconds=25)
    completed = summarized_at + timedelta(seconds=3)
    session_date = identity.last_date - timedelta(days=session.days_ago)
    is_completed = session.state == "completed"
    is_short = session.turns is not None and session.turns < SHORT_SESSION_TURNS
    rows.add(
        "transcription_jobs",
        {
            "id": job_id,
            "client_id": identity.client_id,
            "coach_id": identity.coach_id,
            "audio_url": f"sample://recordings/{job_id}.mp3",
            "audio_filename": f"{job_id}.mp3",
            "audio_format": "mp3",
            "audio_size_bytes": int(recording.length) * 16_000,
            "audio_duration_seconds": recording.length,
            "status": session.state,
            "progress": _PROGRESS[session.state],
            "started_at": None if session.state == "pending" else recording.created + timedelta(seconds=20),
            "transcription_completed_at": recording.transcribed if is_completed else None,
            "summary_completed_at": summarized_at if is_completed and session.has_summary else None,
            "completed_at": completed if is_completed and session.dated != "created_at" else None,
            "error_message": "audio could not be decoded" if session.state == "failed" else None,
            "retry_count": 3 if session.state == "failed" else 0,
            "session_date": session_date if session.dated == "session_date" else None,
            "session_type": "check_in" if is_short else "coaching",
            "session_title": f"{recording.topics[0].title}, session {identity.number}",
            "created_at": recording.created,
            "updated_at": completed if is_completed else recording.created,
        },
    )


def _add_transcript(rows: Rows, recording: _Recording, version: str = "") -> None:
    text = " ".join(timed.line.text for timed in recording.timed_lines)
    rows.add(
        "transcripts",
        {
            "id": recording.identity.row_id(f"{version}transcript"),
            "job_id": recording.identity.row_id("job"),
            "full_text": text,
            "word_count": word_count(text),
            "duration_seconds": recording.length,
            "model_used": "sample-speech-2",
            "confidence_score": _quantize(recording.session.transcript_confidence),
            "created_at": recording.transcribed,
        },
    )


def _add_older_transcript(rows: Rows, recording: _Recording) -> None:
    """Add a superseded transcript: the first half of the session, all attributed to the coach."""
    first_half = recording.timed_lines[: len(recording.timed_lines) // 2]
    session = replace(recording.session, transcript_confidence=0.55, speaker_confidence=0.5)
    older = replace(
        recording,
        session=session,
        timed_lines=first_half,
        length=first_half[-1].end,
        created=recording.created - timedelta(minutes=20),
    )
    _add_transcript(rows, older, "older ")
    for number, timed in enumerate(first_half):
        rows.add(
            "utterances",
            {
                "id": recording.identity.row_id("older utterance", number),
                "transcript_id": recording.identity.row_id("older transcript"),
                "speaker_number": 0,
                "speaker_label": "coach",
                "speaker_confidence": _quantize(session.speaker_confidence),
                "text": timed.line.text,
                "start_time": timed.start,
                "end_time": timed.end,
                "confidence": _quantize(session.transcript_confidence),
                "sequence_number": number,
                "created_at": older.transcribed,
            },
        )


def _add_utterances(rows: Rows, recording: _Recording) -> None:
    session, rng = recording.session, recording.rng
    has_intents = rng.bernoulli(0.35)
    for number, timed in enumerate(recording.timed_lines):
        utterance_id = recording.identity.row_id("utterance", number)
        line = timed.line
        rows.add(
            "utterances",
            {
                "id": utterance_id,
                "transcript_id": recording.identity.row_id("transcript"),
                "speaker_number": 0 if line.speaker == "coach" else 1,
                "speaker_label": _SPEAKER_LABELS[session.speakers][line.speaker],
                "speaker_confidence": _quantize(
                    min(0.99, session.speaker_confidence + rng.uniform(-0.06, 0.05))
                ),
                "text": line.text,
                "start_time": timed.start,
                "end_time": timed.end,
                "confidence": _noisy_confidence(session.transcript_confidence, rng),
                "intent": line.intent if has_intents else None,
                "sentiment": _sentiment(line, session, rng),
                "sequence_number": number,
                "created_at": recording.transcribed,
            },
        )
        if line.cue is not None:
            rows.cues[utterance_id] = line.cue


def _sentiment(line: Line, session: Session, rng: SeededRandom) -> str | None:
    """Return the label that upstream assigns; some lines have none."""
    is_left_out = rng.bernoulli(0.06 if line.speaker == "client" else 0.12)
    if session.sentiment == "missing" or is_left_out:
        return None
    return (_UNTIDY_SENTIMENT_LABELS if session.sentiment == "untidy" else _SENTIMENT_LABELS)[line.score]


def _add_summary(rows: Rows, recording: _Recording) -> None:
    scores = [timed.line.score for timed in recording.timed_lines if timed.line.speaker == "client"]
    mean = sum(scores) / len(scores) if scores else 0.0
    words = sum(word_count(timed.line.text) for timed in recording.timed_lines)
    step = recording.client.last_step
    agreed = f"The next step is to {step}." if step else "No next step was agreed on."
    rows.add(
        "session_summaries",
        {
            "id": recording.identity.row_id("summary"),
            "job_id": recording.identity.row_id("job"),
            "transcript_id": recording.identity.row_id("transcript"),
            "executive_summary": f"The session was about {recording.topics[0].title.lower()}. {agreed}",
            "key_topics": json.dumps([topic.title for topic in recording.topics]),
            "action_items": json.dumps([step] if step else []),
            "coaching_moments": json.dumps([]),
            "session_type_detected": "coaching",
            "client_sentiment": min(_SENTIMENT_LABELS.items(), key=lambda item: abs(item[0] - mean))[1],
            "engagement_score": _quantize(recording.session.openness).quantize(Decimal("0.01")),
            "llm_model": "sample-summary-1",
            "prompt_tokens": words * 4 // 3 + 400,
            "completion_tokens": 180,
            "created_at": recording.transcribed + timedelta(seconds=10),
        },
    )


def _noisy_confidence(confidence: float, rng: SeededRandom) -> Decimal:
    return _quantize(min(0.99, confidence + rng.uniform(-0.05, 0.05)))


def _quantize(value: float) -> Decimal:
    return Decimal(value).quantize(Decimal("0.001"))
