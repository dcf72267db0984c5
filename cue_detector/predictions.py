"""What question rules and client talk model say of every utterance, to score against anybody's labels.

The rules live in the warehouse, the model in the cue detector; this room may know both (ADR 0024).
"""

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.rows import dict_row

from cue_detector.domain import ContextLine, InputUtterance
from cue_detector.local import predict_client_talk
from warehouse.connection import connect, environment
from warehouse.errors import WarehouseError
from warehouse.paths import PROJECT_DIR

HEADER = ("utterance_id", "question", "client_talk", "p_change", "p_sustain")

_RULES_RELATION = "analytics_intermediate.int_utterances__enriched"
_UTTERANCES = f"""
    select u.id as utterance_id, u.transcript_id, s.role, s.start_seconds, s.text, q.question_kind as question
    from ai_backend.utterances as u
    inner join analytics_staging.stg_ai_backend__utterances as s on s.utterance_id = u.id
    left join {_RULES_RELATION} as q on q.utterance_id = u.id
    order by u.transcript_id, s.start_seconds, u.sequence_number, u.id
"""
_ROWS_PER_FETCH = 10_000

Row = Mapping[str, Any]


def write_predictions(file: Path) -> int:
    """Write one CSV row per utterance; how many.

    `question` is none, open or closed for coach utterances with words (metrics page, "Session grain").
    `client_talk` is the local model's best label for client utterances with words, corrected for how rare
    change and sustain talk are, whatever its probability; `p_change` and `p_sustain` (0-1, 4 decimals) are
    not corrected. All are empty for the rest.

    Reads utterances as they are now, and needs no pipeline run: question rules that are not in the database
    yet are built. Raises WarehouseError when the database can't be reached or was never migrated, the
    rules can't be built, or the file can't be written.
    """
    try:
        with connect() as connection, file.open("w", newline="", encoding="utf-8") as handle:
            if not _exists(connection, "ai_backend.utterances"):
                raise WarehouseError("There are no source tables here: run `warehouse migrate` first.")
            if not _exists(connection, _RULES_RELATION):
                _build_question_rules()
            with connection.cursor("utterances", row_factory=dict_row) as cursor:
                cursor.itersize = _ROWS_PER_FETCH
                cursor.execute(_UTTERANCES)
                return _write(handle, cursor)
    except OSError as error:
        raise WarehouseError(f"{file} can't be written: {error.strerror}.") from None


def _exists(connection: psycopg.Connection[Any], relation: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", [relation]).fetchone()
    return bool(row and row[0])


def _build_question_rules() -> None:
    """Make the question rules and what they read: views, seeds and a function; nothing of a session."""
    program = str(Path(sys.executable).parent / "dbt")
    wanted = ["--select", "+int_utterances__enriched"]
    without = ["--exclude-resource-type", "test", "unit_test"]
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [program, "--quiet", "build", *wanted, *without, "--target-path", scratch, "--log-path", scratch],
            cwd=PROJECT_DIR,
            env=os.environ | environment(),
            stdout=sys.stderr,
            check=False,
        )
    if done.returncode:
        raise WarehouseError("The question rules can't be built; dbt's messages stand above.")


def _write(handle: IO[str], rows: Iterable[Row]) -> int:
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerow(HEADER)
    count = 0
    for _, group in groupby(rows, key=itemgetter("transcript_id")):
        dialogue = list(group)
        writer.writerows(_judged(dialogue))
        count += len(dialogue)
    return count


def _judged(dialogue: Sequence[Row]) -> Iterator[tuple[object, ...]]:
    """Yield the file's rows for one dialogue in spoken order."""
    session = list(_said(dialogue))
    clients = [each.utterance_id for each in session if each.role == "client"]
    talk = dict(zip(clients, predict_client_talk(session), strict=True))
    for row in dialogue:
        answer = talk.get(row["utterance_id"], (None, None, None))
        yield row["utterance_id"], row["question"], *answer


def _said(dialogue: Sequence[Row]) -> Iterator[InputUtterance]:
    """Yield what the model reads: utterances with words, each with the two before it."""
    before: tuple[ContextLine, ...] = ()
    for row in dialogue:
        if not (row["text"] or "").strip():
            continue
        if row["role"] != "other":
            yield InputUtterance(
                utterance_id=row["utterance_id"],
                role=row["role"],
                start_seconds=float(row["start_seconds"]),
                text=row["text"],
                context=before,
                needs_sentiment=False,
            )
        before = (*before[-1:], ContextLine(row["role"], row["text"]))
