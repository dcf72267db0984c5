"""Applies the question rules to dialogues in a temporary database server."""

import tempfile
from pathlib import Path

from cue_detector.predictions import write_predictions
from tools.evaluation.questions import QuestionKind, predicted_questions
from warehouse.ephemeral import temporary_server
from warehouse.load import load_directory


def predict(directory: Path) -> dict[str, QuestionKind]:
    """Load a directory of source tables and return the predicted kind of each coach utterance with text.

    Raises WarehouseError if starting the server, loading the directory or building the rules fails.
    """
    with tempfile.TemporaryDirectory() as scratch, temporary_server(Path(scratch) / "warehouse"):
        load_directory(directory)
        file = Path(scratch) / "predictions.csv"
        write_predictions(file)
        return predicted_questions(file)
