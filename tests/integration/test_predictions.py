"""`warehouse predictions FILE`: one row per utterance, with and without a pipeline run before."""

import csv
import subprocess
import sys
from pathlib import Path
from typing import get_args

import psycopg
import pytest

from cue_detector.local.client_talk import LABELS, decide, line_probabilities, load_model, with_neighbours
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
    assert set(rows) == {str(said.utterance_id) for said in DIALOGUE}
    judged = rows[str(CLIENT.utterance_id)]
    assert (judged["question"], judged["client_talk"]) == ("", "change")
    assert 0.5 < float(judged["p_change"]) <= 1
    assert 0 <= float(judged["p_sustain"]) < 0.5
    assert list(rows[str(COACH.utterance_id)].values())[1:] == ["open", "", "", ""]
    for said in (SILENT, SILENT_COACH, GUEST):
        assert list(rows[str(said.utterance_id)].values())[1:] == [""] * 4


def test_predictions__need_no_pipeline_run(database_url: str, tmp_path: Path) -> None:
    with psycopg.connect(database_url) as connection:
        add_session(connection, DIALOGUE)
    file = tmp_path / "predictions.csv"
    done = subprocess.run([WAREHOUSE, "predictions", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.endswith(f"5 utterances written to {file}.\n")
    assert_is_complete(file)
    with psycopg.connect(database_url) as connection:
        computed = connection.execute("select to_regclass('ai_backend.session_analytics')").fetchone()
    assert computed == (None,), "nothing but the rules was built"


def test_predictions__of_real_dialogues_are_what_the_evaluation_measures(
    built_database_url: str, annomi_dir: Path, tmp_path: Path
) -> None:
    """The same text, context and place reach the model here and in the evaluation."""
    load_directory(annomi_dir)
    file = tmp_path / "predictions.csv"
    count = write_predictions(file)
    rows = rows_of(file)
    spoken = annomi.read_rows(annomi_dir / "utterances.csv")
    assert count == len(spoken)
    assert {each["id"] for each in spoken} == set(rows)
    for each in spoken:
        row = rows[each["id"]]
        assert row["question"] in (get_args(QuestionKind) if each["speaker_label"] == "coach" else ("",))
        assert row["client_talk"] in (LABELS if each["speaker_label"] == "client" else ("",))

    turns = annomi.client_turns(annomi_dir)
    dialogues: dict[str, list[annomi.ClientTurn]] = {}
    for turn in turns:
        dialogues.setdefault(turn.dialogue, []).append(turn)
    model = load_model()
    for said in dialogues.values():
        alone = [line_probabilities(line, model) for line in lines_of(said)]
        for turn, moved in zip(said, with_neighbours(alone, model), strict=True):
            row = rows[turn.utterance_id]
            found = (row["client_talk"], float(row["p_change"]), float(row["p_sustain"]))
            assert found == tuple(decide(moved, model))


@pytest.mark.usefixtures("built_database_url")
def test_predictions__are_the_same_with_every_model_built(built_database_url: str, tmp_path: Path) -> None:
    with psycopg.connect(built_database_url) as connection:
        connection.execute("truncate ai_backend.transcription_jobs cascade")
        add_session(connection, DIALOGUE)
    write_predictions(tmp_path / "predictions.csv")
    assert_is_complete(tmp_path / "predictions.csv")
