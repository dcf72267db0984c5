"""`warehouse predictions FILE`: one row per utterance, with and without a previous pipeline run."""

import csv
import subprocess
import sys
from pathlib import Path
from typing import get_args

import psycopg
import pytest

from cue_detector.local.client_talk import LABELS, classify, line_probabilities, load_model, smooth
from cue_detector.predictions import HEADER, write_predictions
from tests.support.rows import Said, add_session
from tools.evaluation import annomi
from tools.evaluation.client_talk import lines_of
from tools.evaluation.questions import QuestionKind
from warehouse.load import load_directory

WAREHOUSE = str(Path(sys.executable).parent / "warehouse")

COACH = Said("coach", 0, 4, "What would you like to change?")
CLIENT = Said("Client ", 5, 9, "I really want to quit, I'm going to stop smoking for my kids.")
SILENT = Said("client", 10, 11, "  ")
SILENT_COACH = Said("coach", 12, 13, "")
GUEST = Said("speaker_3", 14, 15, "Shall we?")
DIALOGUE = [COACH, CLIENT, SILENT, SILENT_COACH, GUEST]


def rows_of(file: Path) -> dict[str, dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as handle:
        return {row["utterance_id"]: row for row in csv.DictReader(handle)}


def assert_is_complete(file: Path) -> None:
    assert file.read_text(encoding="utf-8").splitlines()[0].split(",") == list(HEADER)
    rows = rows_of(file)
    assert set(rows) == {str(utterance.utterance_id) for utterance in DIALOGUE}
    client_row = rows[str(CLIENT.utterance_id)]
    assert (client_row["question"], client_row["client_talk"]) == ("", "change")
    assert 0.5 < float(client_row["p_change"]) <= 1
    assert 0 <= float(client_row["p_sustain"]) < 0.5
    assert list(rows[str(COACH.utterance_id)].values())[1:] == ["open", "", "", ""]
    for utterance in (SILENT, SILENT_COACH, GUEST):
        assert list(rows[str(utterance.utterance_id)].values())[1:] == [""] * 4


def test_predictions__require_no_pipeline_run(database_url: str, tmp_path: Path) -> None:
    with psycopg.connect(database_url) as connection:
        add_session(connection, DIALOGUE)
    file = tmp_path / "predictions.csv"
    completed = subprocess.run(
        [WAREHOUSE, "predictions", str(file)], capture_output=True, text=True, check=False
    )
    assert (completed.returncode, completed.stdout) == (0, ""), completed.stderr
    assert completed.stderr.endswith(f"5 utterances written to {file}.\n")
    assert_is_complete(file)
    with psycopg.connect(database_url) as connection:
        mart = connection.execute("select to_regclass('ai_backend.session_analytics')").fetchone()
    assert mart == (None,), "only the question rules are built"


def test_predictions__match_the_evaluation(built_database_url: str, annomi_dir: Path, tmp_path: Path) -> None:
    """The model input is the same here and in the evaluation."""
    load_directory(annomi_dir)
    file = tmp_path / "predictions.csv"
    count = write_predictions(file)
    rows = rows_of(file)
    utterances = annomi.read_rows(annomi_dir / "utterances.csv")
    assert count == len(utterances)
    assert {each["id"] for each in utterances} == set(rows)
    for each in utterances:
        row = rows[each["id"]]
        assert row["question"] in (get_args(QuestionKind) if each["speaker_label"] == "coach" else ("",))
        assert row["client_talk"] in (LABELS if each["speaker_label"] == "client" else ("",))

    turns = annomi.client_turns(annomi_dir)
    dialogues: dict[str, list[annomi.ClientTurn]] = {}
    for turn in turns:
        dialogues.setdefault(turn.dialogue, []).append(turn)
    model = load_model()
    for dialogue in dialogues.values():
        unsmoothed = [line_probabilities(line, model) for line in lines_of(dialogue)]
        for turn, smoothed in zip(dialogue, smooth(unsmoothed, model), strict=True):
            row = rows[turn.utterance_id]
            prediction = (row["client_talk"], float(row["p_change"]), float(row["p_sustain"]))
            assert prediction == tuple(classify(smoothed, model))


@pytest.mark.usefixtures("built_database_url")
def test_predictions__do_not_depend_on_built_models(built_database_url: str, tmp_path: Path) -> None:
    with psycopg.connect(built_database_url) as connection:
        connection.execute("truncate ai_backend.transcription_jobs cascade")
        add_session(connection, DIALOGUE)
    write_predictions(tmp_path / "predictions.csv")
    assert_is_complete(tmp_path / "predictions.csv")
