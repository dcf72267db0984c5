"""Start Postgres, fill in a sample practice, compute it through Dagster, serve it, and wait for Ctrl-C."""

import argparse
import os
import signal
import sys
import time
from types import FrameType

from rich.console import Console
from rich.markup import escape

from sample.demo import data, services, summary
from sample.demo.database import start_database
from warehouse import connection, embedded
from warehouse.error_messages import translate_database_errors
from warehouse.errors import WarehouseError

BUSY = "A demo runs in this folder already. Open the addresses that it printed, or stop it with Ctrl-C."

console = Console(highlight=False, width=None if sys.stdout.isatty() else summary.WIDTH)


def say(line: str) -> None:
    """One line of progress."""
    console.print(f"  {line}", style="dim")


def serve(with_ui: bool, seconds: float | None) -> None:
    """Start the services, print how to reach them, and wait."""
    with services.served(with_ui) as served:
        summary.show(console, served)
        sys.stdout.flush()
        time.sleep(seconds if seconds is not None else 10**9)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Treat a termination like Ctrl-C, so that what was started is stopped."""
    raise KeyboardInterrupt


def run(with_ui: bool, seconds: float | None) -> int:
    """All steps; at the end everything stops that was started. Exit status 1 when the pipeline failed."""
    ours = False
    try:
        console.print("[bold]1/4[/bold] Postgres")
        ours = start_database(say)
        os.environ.update(connection.environment())
        console.print("[bold]2/4[/bold] A sample practice")
        data.fill(say)
        console.print("[bold]3/4[/bold] The pipeline, through Dagster")
        if not data.compute(say):
            console.print("[red]The pipeline failed; its messages stand above.[/red]")
            return 1
        console.print("[bold]4/4[/bold] The API\n")
        serve(with_ui, seconds)
    except KeyboardInterrupt:
        console.print("\nStopping …")
    finally:
        if ours:
            embedded.down()
    return 0


def main() -> int:
    """Run the demo; exit status 1 when a step failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ui", action="store_true", help="start the Dagster UI too")
    parser.add_argument("--seconds", type=float, help="stop by itself after this time")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    try:
        # the one that started the server stops it at its end, under the feet of any other
        with embedded.only_one("demo.lock", busy=BUSY), translate_database_errors():
            return run(options.ui, options.seconds)
    except (WarehouseError, RuntimeError) as error:
        console.print(f"[red]demo:[/red] {escape(str(error))}", soft_wrap=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
