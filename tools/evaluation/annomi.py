"""Reads the AnnoMI dialogues (CSV files of the source tables) and their gold labels."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from cue_detector.local.client_talk import relative_positions

DEFAULT_DIRECTORY = "../shared/data/annomi"
DIRECTORY_VARIABLE = "ANNOMI_DIR"


@dataclass(frozen=True, slots=True)
class ClientTurn:
    """A labelled client utterance of a dialogue."""

    utterance_id: str
    dialogue: str
    """transcript_id of the gold file; cross-validation never splits a dialogue."""
    client: str
    """Assigned client, shared by the dialogues of a topic or series; a stricter unit of cross-validation."""
    start_seconds: float
    position: float
    """Start relative to the start of the client's last utterance, 0-1."""
    text: str
    context: tuple[tuple[str, str], ...]
    """(role, text) of up to two preceding utterances, oldest first."""
    label: str
    """change, neutral or sustain."""
    coach_after: str = ""
    """Text of the coach's next utterance, or an empty string."""


def data_directory() -> Path:
    """Return the directory of the dialogues: ANNOMI_DIR, or the default next to the repository."""
    configured = os.environ.get(DIRECTORY_VARIABLE)
    if configured:
        return Path(configured)
    return Path(__file__).resolve().parents[2] / DEFAULT_DIRECTORY


def is_available(directory: Path | None = None) -> bool:
    """Return whether the dialogues and their gold labels exist."""
    directory = directory or data_directory()
    return all((directory / name).is_file() for name in ("utterances.csv", "gold_labels.csv"))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def client_turns(directory: Path | None = None) -> list[ClientTurn]:
    """Return the client utterances with an expert label, in file order.

    Raises FileNotFoundError if the dialogues do not exist; see is_available.
    """
    directory = directory or data_directory()
    gold = {row["utterance_id"]: row for row in read_rows(directory / "gold_labels.csv")}
    jobs = {row["id"]: row["client_id"] for row in read_rows(directory / "transcription_jobs.csv")}
    clients = {row["id"]: jobs[row["job_id"]] for row in read_rows(directory / "transcripts.csv")}
    dialogues: dict[str, list[dict[str, str]]] = {}
    for row in read_rows(directory / "utterances.csv"):
        if not row["text"].strip():
            continue  # not part of the detector input
        dialogues.setdefault(row["transcript_id"], []).append(row)
    turns = []
    for transcript_id, rows in dialogues.items():
        rows.sort(key=lambda row: (float(row["start_time"]), int(row["sequence_number"])))
        client_rows = [row for row in rows if row["speaker_label"] == "client"]
        positions = relative_positions([float(row["start_time"]) for row in client_rows])
        position_by_id = dict(zip((row["id"] for row in client_rows), positions, strict=True))
        for index, row in enumerate(rows):
            label = gold.get(row["id"])
            if label is None or not label["client_talk_type"]:
                continue
            preceding = rows[max(0, index - 2) : index]
            turns.append(
                ClientTurn(
                    utterance_id=row["id"],
                    dialogue=label["transcript_id"],
                    client=clients[transcript_id],
                    start_seconds=float(row["start_time"]),
                    position=position_by_id[row["id"]],
                    text=row["text"],
                    context=tuple((each["speaker_label"], each["text"]) for each in preceding),
                    label=label["client_talk_type"],
                    coach_after=next(
                        (each["text"] for each in rows[index + 1 :] if each["speaker_label"] == "coach"), ""
                    ),
                )
            )
    return turns
