"""The subcommand `warehouse sample`, an entry point of the group `warehouse.commands`."""

from datetime import datetime, time
from typing import Annotated

import typer

from sample.practice import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE

LAST_MIDNIGHT = datetime.combine(DEFAULT_LAST_DATE, time())


def sample(
    seed: Annotated[int, typer.Option(help="Seed of the random generator.")] = DEFAULT_SEED,
    size: Annotated[
        int, typer.Option(min=1, help="Multiplier for the number of ordinary clients.")
    ] = DEFAULT_SIZE,
    last_date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Date of the newest session in the sample.")
    ] = LAST_MIDNIGHT,
) -> None:
    """Load a synthetic practice: coaches, clients and their sessions. The same options give the same rows."""
    from sample.load_sample import load_sample  # noqa: PLC0415 - keeps the start of other commands fast

    for table in load_sample(seed, size, last_date.date()):
        typer.echo(str(table), err=True)
