"""Predictions of the question rules and the client talk model per utterance, for scoring against labels.

The question rules are a database function, and the client talk model is part of the cue detector.
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
from warehouse.sql_files import load_sql

HEADER = ("utterance_id", "question", "client_talk", "p_change", "p_sustain")

_RULES_RELATION = "analytics_intermediate.int_utterances__enriched"
_ROWS_PER_FETCH = 10_000

Row = Mapping[str, Any]


def write_predictions(file: Path) -> int:
    """Write one CSV row per utterance and return the number of rows.

    `question` is none, open or closed for coach utterances with words. `client_talk` is the most likely label
    of client utterances with words, corrected for the class priors, without a threshold; `p_change` and
    `p_sustain` (0-1, 4 decimals) are not corrected. All columns are empty for other utterances.

    Requires no pipeline run: question rules that are missing in the database are built. Raises WarehouseError
    if the database is unavailable or not migrated, the rules cannot be built, or the file cannot be written.
    """
    try:
        with connect() as connection, file.open("w", newline="", encoding="utf-8") as handle:
            if not _exists(connection, "ai_backend.utterances"):
                raise WarehouseError("The source tables do not exist. Run `warehouse migrate` first.")
            if not _exists(connection, _RULES_RELATION):
                _build_question_rules()
            with connection.cursor("utterances", row_factory=dict_row) as cursor:
                cursor.itersize = _ROWS_PER_FETCH
                cursor.execute(load_sql(__package__, "utterances_with_questions"))
                return _write(handle, cursor)
    except OSError as error:
        raise WarehouseError(f"Cannot write {file}: {error.strerror}.") from None


def _exists(connection: psycopg.Connection[Any], relation: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", [relation]).fetchone()
    return bool(row and row[0])


def _build_question_rules() -> None:
    """Build the question rules and their parents: views, seeds and a function, but no session tables."""
    dbt = str(Path(sys.executable).parent / "dbt")
    selection = ["--select", "+int_utterances__enriched", "--exclude-resource-type", "test", "unit_test"]
    with tempfile.TemporaryDirectory() as scratch:
        completed = subprocess.run(
            [dbt, "--quiet", "build", *selection, "--target-path", scratch, "--log-path", scratch],
            cwd=PROJECT_DIR,
            env=os.environ | environment(),
            stdout=sys.stderr,
            check=False,
        )
    if completed.returncode:
        raise WarehouseError("Building the question rules failed; see the dbt output above.")


def _write(handle: IO[str], rows: Iterable[Row]) -> int:
    writer = csv.writer(handle, lineterminator="\n")
    writer.writerow(HEADER)
    count = 0
    for _, group in groupby(rows, key=itemgetter("transcript_id")):
        dialogue = list(group)
        writer.writerows(_prediction_rows(dialogue))
        count += len(dialogue)
    return count


def _prediction_rows(dialogue: Sequence[Row]) -> Iterator[tuple[object, ...]]:
    """Yield the CSV rows of one dialogue in chronological order."""
    utterances = list(_input_utterances(dialogue))
    client_ids = [utterance.utterance_id for utterance in utterances if utterance.role == "client"]
    talk_by_id = dict(zip(client_ids, predict_client_talk(utterances), strict=True))
    for row in dialogue:
        talk = talk_by_id.get(row["utterance_id"], (None, None, None))
        yield row["utterance_id"], row["question"], *talk


def _input_utterances(dialogue: Sequence[Row]) -> Iterator[InputUtterance]:
    """Yield the model input: non-blank utterances of coach and client, each with the two before it."""
    context: tuple[ContextLine, ...] = ()
    for row in dialogue:
        if not (row["text"] or "").strip():
            continue
        if row["role"] != "other":
            yield InputUtterance(
                utterance_id=row["utterance_id"],
                role=row["role"],
                start_seconds=float(row["start_seconds"]),
                text=row["text"],
                context=context,
                needs_sentiment=False,
            )
        context = (*context[-1:], ContextLine(row["role"], row["text"]))
