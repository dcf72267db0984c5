"""Runs a job in this process and shows its progress: `python -m dagster_pipelines.run`."""

import argparse
import contextlib
import sys

import dagster as dg

from dagster_pipelines.definitions import defs
from dagster_pipelines.failure_messages import failure_message
from dagster_pipelines.jobs import ALL_JOBS
from dagster_pipelines.options import run_config
from dagster_pipelines.progress import ProgressLine


def main(arguments: list[str] | None = None) -> int:
    """Run a job and return the exit status: 0 if it succeeded, otherwise 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", default="refresh_all", choices=[job.name for job in ALL_JOBS])
    parser.add_argument(
        "--as-of", default="", help="date, comma-separated list or range A..B (default: today)"
    )
    parser.add_argument("--rebuild", action="store_true", help="recompute every session")
    parser.add_argument(
        "--verify-content", action="store_true", help="also detect edits without a new update timestamp"
    )
    options = parser.parse_args(arguments)

    job = defs.resolve_job_def(options.job)
    config = run_config(as_of=options.as_of, rebuild=options.rebuild, verify_content=options.verify_content)
    with contextlib.redirect_stdout(ProgressLine(sys.stdout)):
        result = job.execute_in_process(
            instance=dg.DagsterInstance.ephemeral(),
            run_config=config | {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
    for event in result.filter_events(lambda event: event.is_step_failure):
        error = event.step_failure_data.error
        print(f"  {event.step_key}: {failure_message(error)}", file=sys.stderr)
    return 0 if result.success else 1


if __name__ == "__main__":
    sys.exit(main())
