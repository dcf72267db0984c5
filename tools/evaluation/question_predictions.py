"""Lets the question rules judge dialogues, in a throw-away server, so that nobody's database is touched."""

import tempfile
from pathlib import Path

from cue_detector.predictions import write_predictions
from tools.evaluation.questions import QuestionKind, predicted_questions
from warehouse.ephemeral import temporary_server
from warehouse.load import load_directory


def predict(folder: Path) -> dict[str, QuestionKind]:
    """Load a folder of source tables and return what the rules say of each coach utterance with text.

    Raises WarehouseError when the server can't be started, the folder loaded or the rules built.
    """
    with tempfile.TemporaryDirectory() as scratch, temporary_server(Path(scratch) / "warehouse"):
        load_directory(folder)
        file = Path(scratch) / "predictions.csv"
        write_predictions(file)
        return predicted_questions(file)
