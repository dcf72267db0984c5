"""Start Postgres, load the sample practice, run the pipeline, serve the API, and wait for Ctrl-C."""

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

BUSY = (
    "A demo is already running in this directory. Open the addresses that it printed, or stop it with Ctrl-C."
)

console = Console(highlight=False, width=None if sys.stdout.isatty() else summary.WIDTH)


def report(line: str) -> None:
    """Print a line of progress."""
    console.print(f"  {line}", style="dim")


def serve(with_ui: bool, seconds: float | None) -> None:
    """Start the services, print their addresses, and wait."""
    with services.served(with_ui) as served:
        summary.show(console, served)
        sys.stdout.flush()
        time.sleep(seconds if seconds is not None else 10**9)


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Handle SIGTERM like Ctrl-C, so that started processes are stopped."""
    raise KeyboardInterrupt


def run(with_ui: bool, seconds: float | None) -> int:
    """Run all steps and stop everything that was started; exit status 1 if the pipeline failed."""
    started_server = False
    try:
        console.print("[bold]1/4[/bold] Postgres")
        started_server = start_database(report)
        os.environ.update(connection.environment())
        console.print("[bold]2/4[/bold] Sample practice")
        data.load(report)
        console.print("[bold]3/4[/bold] Pipeline, run by Dagster")
        if not data.compute(report):
            console.print("[red]The pipeline failed; see the messages above.[/red]")
            return 1
        console.print("[bold]4/4[/bold] API\n")
        serve(with_ui, seconds)
    except KeyboardInterrupt:
        console.print("\nStopping …")
    finally:
        if started_server:
            embedded.down()
    return 0


def main() -> int:
    """Run the demo; exit status 1 if a step failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ui", action="store_true", help="also start the Dagster UI")
    parser.add_argument("--seconds", type=float, help="stop after this time")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    try:
        # a demo stops the server that it started, which a second demo would use
        with embedded.exclusive_lock("demo.lock", busy=BUSY), translate_database_errors():
            return run(options.ui, options.seconds)
    except (WarehouseError, RuntimeError) as error:
        console.print(f"[red]demo:[/red] {escape(str(error))}", soft_wrap=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
