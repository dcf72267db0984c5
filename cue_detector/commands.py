"""What this room adds to the command `warehouse`, as entry points of `warehouse.commands` (ADR 0024)."""

from pathlib import Path
from typing import Annotated

import typer


def predictions(file: Annotated[Path, typer.Argument(help="CSV file to write.")]) -> None:
    """Write what rules and model say of every utterance, to be scored against labels of your own."""
    from cue_detector.predictions import write_predictions  # noqa: PLC0415 - keeps the other commands quick

    typer.echo(f"{write_predictions(file):,} utterances written to {file}.", err=True)
