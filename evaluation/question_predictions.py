"""Lets the question rules judge dialogues, in a throw-away server, so that nobody's database is touched."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evaluation.predictions import write_predictions
from evaluation.questions import QuestionKind, predicted_questions
from warehouse import embedded
from warehouse.connection import variables_in_force
from warehouse.load import load_folder
from warehouse.migrate import migrate


def predict(folder: Path) -> dict[str, QuestionKind]:
    """Load a folder of source tables and return what the rules say of each coach utterance with text.

    Raises WarehouseError when the server can't be started, the folder loaded or the rules built.
    """
    with tempfile.TemporaryDirectory() as scratch, server_of_its_own(Path(scratch) / "warehouse"):
        migrate()
        load_folder(folder)
        file = Path(scratch) / "predictions.csv"
        write_predictions(file)
        return predicted_questions(file)


@contextmanager
def server_of_its_own(home: Path) -> Iterator[None]:
    """Start an embedded server under `home`, named by the environment, and remove it afterwards."""
    with variables_in_force({"WAREHOUSE_HOME": str(home), "DATABASE_URL": None}):
        embedded.up()
        try:
            yield
        finally:
            embedded.remove()
