"""Source tables that can be loaded, parent tables first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceTable:
    """A table of the upstream service that `warehouse load` and `warehouse sample` write."""

    schema: str
    name: str
    key: tuple[str, ...]
    """Key columns; rows with the same key are updated."""
    parents: tuple[tuple[str, str], ...] = ()
    """(column, referenced table) of each checked foreign key."""
    job_of_row: str | None = None
    """SQL for the job of a changed row `r`, whose analytics are recomputed."""


SOURCE_TABLES = (
    SourceTable("public", "coach_clients", ("coach_id", "client_id")),
    SourceTable("ai_backend", "transcription_jobs", ("id",), (), "r.id"),
    SourceTable(
        "ai_backend", "transcripts", ("id",), (("job_id", "ai_backend.transcription_jobs"),), "r.job_id"
    ),
    SourceTable(
        "ai_backend",
        "utterances",
        ("id",),
        (("transcript_id", "ai_backend.transcripts"),),
        "(select t.job_id from ai_backend.transcripts as t where t.id = r.transcript_id)",
    ),
    SourceTable(
        "ai_backend",
        "session_summaries",
        ("id",),
        (("job_id", "ai_backend.transcription_jobs"), ("transcript_id", "ai_backend.transcripts")),
        "r.job_id",
    ),
)
