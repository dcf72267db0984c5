"""Lets the question rules judge dialogues, in a throw-away server, so that nobody's database is touched."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from evaluation.predictions import write_predictions
from evaluation.questions import QuestionKind, predicted_questions
from warehouse import embedded
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
    before = {name: os.environ.get(name) for name in ("WAREHOUSE_HOME", "DATABASE_URL")}
    os.environ["WAREHOUSE_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    try:
        embedded.up()
        try:
            yield
        finally:
            embedded.remove()
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
