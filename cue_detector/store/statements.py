"""SQL statements that write the detector's tables, each for many rows.

A row is a mapping from column to value; `by_column` converts rows to statement parameters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Insert:
    """A multi-row insert through `unnest`, which is much cheaper than one statement per row."""

    table: str
    columns: Mapping[str, str]
    """Column types by name."""
    conflict: str = ""

    @property
    def statement(self) -> str:
        """SQL text; its parameters are lists named like the columns."""
        lists = ", ".join(f"%({name})s::{kind}[]" for name, kind in self.columns.items())
        return (
            f"insert into cue_detection.{self.table} ({', '.join(self.columns)}) "
            f"select * from unnest({lists}) {self.conflict}"
        )

    def by_column(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """Return the rows as statement parameters."""
        return {name: [row[name] for row in rows] for name in self.columns}


def _columns(**by_type: str) -> dict[str, str]:
    return {name: kind for kind, names in by_type.items() for name in names.split()}


DETECTION = Insert(
    "session_detections",
    _columns(
        uuid="detection_id job_id coach_id client_id transcript_id",
        text="source_revision detector detector_version prompt_version redaction_version status failure "
        "error",
        bool="used_fallback",
        int8="content_hash utterances_read utterances_cached fallback_utterance_count cues_found "
        "sentiments_scored requests prompt_tokens completion_tokens",
        numeric="cost_usd latency_seconds",
        timestamptz="started_at finished_at",
    ),
    "on conflict (detection_id) do nothing",
)
CUE = Insert(
    "utterance_cues",
    _columns(
        uuid="utterance_id job_id coach_id client_id detection_id",
        text="cue_type text_excerpt preceding_context interpretation detector detector_version "
        "prompt_version",
        numeric="confidence timestamp_seconds",
        timestamptz="created_at",
    ),
)
SENTIMENT = Insert(
    "utterance_sentiment",
    _columns(
        uuid="utterance_id job_id coach_id client_id detection_id",
        numeric="sentiment_score",
        text="source scorer_version",
    ),
    """
    on conflict (utterance_id) do update set
        coach_id = excluded.coach_id, client_id = excluded.client_id,
        detection_id = excluded.detection_id, sentiment_score = excluded.sentiment_score,
        source = excluded.source, scorer_version = excluded.scorer_version
    """,
)
