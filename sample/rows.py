"""Rows of the source tables, with the columns that the sample fills."""

from collections.abc import Iterable
from dataclasses import dataclass

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one source table, as input of COPY."""

    columns: tuple[str, ...]
    rows: Iterable[Row]


COLUMNS: dict[str, tuple[str, ...]] = {
    "coach_clients": ("coach_id", "client_id", "status", "created_at"),
    "transcription_jobs": (
        "id",
        "client_id",
        "coach_id",
        "audio_url",
        "audio_filename",
        "audio_format",
        "audio_size_bytes",
        "audio_duration_seconds",
        "status",
        "progress",
        "started_at",
        "transcription_completed_at",
        "summary_completed_at",
        "completed_at",
        "error_message",
        "retry_count",
        "session_date",
        "session_type",
        "session_title",
        "created_at",
        "updated_at",
    ),
    "transcripts": (
        "id",
        "job_id",
        "full_text",
        "word_count",
        "duration_seconds",
        "model_used",
        "confidence_score",
        "created_at",
    ),
    "utterances": (
        "id",
        "transcript_id",
        "speaker_number",
        "speaker_label",
        "speaker_confidence",
        "text",
        "start_time",
        "end_time",
        "confidence",
        "intent",
        "sentiment",
        "sequence_number",
        "created_at",
    ),
    "session_summaries": (
        "id",
        "job_id",
        "transcript_id",
        "executive_summary",
        "key_topics",
        "action_items",
        "coaching_moments",
        "session_type_detected",
        "client_sentiment",
        "engagement_score",
        "llm_model",
        "prompt_tokens",
        "completion_tokens",
        "created_at",
    ),
}
"""Columns of each table; parent tables first."""
