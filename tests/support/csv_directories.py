"""Directories of valid source files for `warehouse load`, which tests can change."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.rows import new_id


class SourceDirectory:
    """A directory with one job, one transcript and two utterances, and their ids."""

    def __init__(self, directory: Path) -> None:
        self.path = directory
        self.coach, self.client, self.job, self.transcript = (new_id() for _ in range(4))
        self.spoken = [new_id(), new_id()]
        self.write(
            "coach_clients", ["coach_id", "client_id", "status"], [[self.coach, self.client, "active"]]
        )
        self.write(
            "transcription_jobs",
            ["id", "coach_id", "client_id", "status", "session_date", "completed_at", "updated_at"],
            [
                [
                    self.job,
                    self.coach,
                    self.client,
                    "completed",
                    "2026-11-01",
                    "2026-11-01T09:00:00+00:00",
                    "2026-11-01T09:00:00+00:00",
                ]
            ],
        )
        self.write("transcripts", ["id", "job_id", "confidence_score"], [[self.transcript, self.job, "0.9"]])
        self.write_utterances(["Hello.", "Good morning."])

    def write_utterances(self, texts: Sequence[str]) -> None:
        """Replace the file of utterances; coach and client alternate."""
        self.write(
            "utterances",
            ["id", "transcript_id", "speaker_label", "text", "start_time", "end_time", "sequence_number"],
            [
                [self.spoken[n], self.transcript, ("coach", "client")[n % 2], text, n * 5, n * 5 + 4, n]
                for n, text in enumerate(texts)
            ],
        )

    def write(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        with (self.path / f"{table}.csv").open("w", newline="", encoding="utf-8") as handle:
            writer = csv.writer(handle)
            writer.writerow(columns)
            writer.writerows(rows)

    def text(self, table: str) -> str:
        return (self.path / f"{table}.csv").read_text(encoding="utf-8")

    def rewrite(self, table: str, old: str, new: str) -> None:
        """Replace text in a file."""
        text = self.text(table)
        assert old in text
        (self.path / f"{table}.csv").write_text(text.replace(old, new), encoding="utf-8")
