"""Reads the development dialogues (AnnoMI, laid out as the source tables) and their gold labels."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from cue_detector.local.client_talk import positions

DEFAULT_DIRECTORY = "../shared/data/annomi"
DIRECTORY_VARIABLE = "ANNOMI_DIR"


@dataclass(frozen=True, slots=True)
class ClientTurn:
    """One client utterance of a real dialogue, with what an evaluation needs of it."""

    utterance_id: str
    dialogue: str
    """The gold file's transcript_id: the unit that is never split between training and measuring."""
    client: str
    """The assigned client: dialogues of one topic or series share it, so it is a stricter unit."""
    start_seconds: float
    position: float
    """Where in the dialogue it starts: 0 at the beginning, 1 at the client's last utterance."""
    text: str
    context: tuple[tuple[str, str], ...]
    """(role, text) of up to two utterances before, oldest first."""
    label: str
    """change, neutral or sustain."""
    coach_after: str = ""
    """What the coach says next; empty when nothing."""


def directory() -> Path:
    """Return the folder of the development dialogues: ANNOMI_DIR, or the default beside the repository."""
    set_by_hand = os.environ.get(DIRECTORY_VARIABLE)
    if set_by_hand:
        return Path(set_by_hand)
    return Path(__file__).resolve().parents[2] / DEFAULT_DIRECTORY


def is_available(folder: Path | None = None) -> bool:
    """Tell whether the dialogues and their gold labels are there."""
    folder = folder or directory()
    return all((folder / name).is_file() for name in ("utterances.csv", "gold_labels.csv"))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header line."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def client_turns(folder: Path | None = None) -> list[ClientTurn]:
    """Return every client utterance that experts labelled, in file order.

    Raises FileNotFoundError where the dialogues are absent; ask is_available first.
    """
    folder = folder or directory()
    gold = {row["utterance_id"]: row for row in read_rows(folder / "gold_labels.csv")}
    jobs = {row["id"]: row["client_id"] for row in read_rows(folder / "transcription_jobs.csv")}
    clients = {row["id"]: jobs[row["job_id"]] for row in read_rows(folder / "transcripts.csv")}
    dialogues: dict[str, list[dict[str, str]]] = {}
    for row in read_rows(folder / "utterances.csv"):
        if not row["text"].strip():
            continue  # the detector never sees it
        dialogues.setdefault(row["transcript_id"], []).append(row)
    turns = []
    for transcript_id, rows in dialogues.items():
        rows.sort(key=lambda row: (float(row["start_time"]), int(row["sequence_number"])))
        said = [row for row in rows if row["speaker_label"] == "client"]
        starts = [float(row["start_time"]) for row in said]
        position_of = dict(zip((row["id"] for row in said), positions(starts), strict=True))
        for place, row in enumerate(rows):
            expert = gold.get(row["id"])
            if expert is None or not expert["client_talk_type"]:
                continue
            before = rows[max(0, place - 2) : place]
            turns.append(
                ClientTurn(
                    utterance_id=row["id"],
                    dialogue=expert["transcript_id"],
                    client=clients[transcript_id],
                    start_seconds=float(row["start_time"]),
                    position=position_of[row["id"]],
                    text=row["text"],
                    context=tuple((each["speaker_label"], each["text"]) for each in before),
                    label=expert["client_talk_type"],
                    coach_after=next(
                        (each["text"] for each in rows[place + 1 :] if each["speaker_label"] == "coach"), ""
                    ),
                )
            )
    return turns
