"""Lets the question rules judge dialogues, in a throw-away server, so that nobody's database is touched."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from evaluation.questions import QuestionKind, predicted_questions
from warehouse import embedded
from warehouse.connection import environment
from warehouse.load import load_folder
from warehouse.migrate import migrate
from warehouse.paths import PROJECT_DIR
from warehouse.predictions import write_predictions


def predict(folder: Path) -> dict[str, QuestionKind]:
    """Load a folder of source tables and return what the rules say of each coach utterance with text.

    Raises WarehouseError when the server can't be started or the folder can't be loaded,
    subprocess.CalledProcessError when dbt fails.
    """
    with tempfile.TemporaryDirectory() as scratch, _server_of_its_own(Path(scratch) / "warehouse"):
        migrate()
        load_folder(folder)
        program = str(Path(sys.executable).parent / "dbt")
        wanted = ["--select", "+int_sessions__coach_questions"]
        without = ["--exclude-resource-type", "test", "unit_test"]
        subprocess.run(
            [program, "--quiet", "build", *wanted, *without, "--target-path", scratch, "--log-path", scratch],
            cwd=PROJECT_DIR,
            env=os.environ | environment(),
            check=True,
        )
        file = Path(scratch) / "predictions.csv"
        write_predictions(file)
        return predicted_questions(file)


@contextmanager
def _server_of_its_own(home: Path) -> Iterator[None]:
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
