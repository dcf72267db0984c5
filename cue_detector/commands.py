"""Subcommands of `warehouse`, registered under the entry point group `warehouse.commands`."""

from pathlib import Path
from typing import Annotated

import typer


def predictions(file: Annotated[Path, typer.Argument(help="CSV file to write.")]) -> None:
    """Write the predicted question kind and client talk type of each utterance to a CSV file."""
    from cue_detector.predictions import write_predictions  # noqa: PLC0415 - slow import, used only here

    typer.echo(f"{write_predictions(file):,} utterances written to {file}.", err=True)
