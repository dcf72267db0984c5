"""`python -m dagster_pipelines.run`: one complete run of a job, in this process, with progress."""

import argparse
import contextlib
import sys

import dagster as dg

from dagster_pipelines.definitions import defs
from dagster_pipelines.progress import ProgressLine


def main(arguments: list[str] | None = None) -> int:
    """Run a job for the given date; exit status 0 when everything succeeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", default="refresh_all")
    parser.add_argument("--as-of", default="", help="date, comma list or range A..B; default: today")
    parser.add_argument("--rebuild", action="store_true", help="compute every session again")
    options = parser.parse_args(arguments)

    job = defs.resolve_job_def(options.job)
    config = {"as_of": options.as_of, "rebuild": options.rebuild}
    # the dbt assets split themselves around the Python one: each part is told the same
    parts = [name for name in job.graph.node_dict if name.startswith("dbt_models")]
    with contextlib.redirect_stdout(ProgressLine(sys.stdout)):
        result = job.execute_in_process(
            instance=dg.DagsterInstance.ephemeral(),
            run_config={
                "ops": {part: {"config": config} for part in parts},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            raise_on_error=False,
        )
    return 0 if result.success else 1


if __name__ == "__main__":
    sys.exit(main())
