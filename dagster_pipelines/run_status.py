"""Status of runs in the Dagster instance."""

from collections.abc import Callable

import dagster as dg


def run_is_inactive(instance: dg.DagsterInstance) -> Callable[[str], bool]:
    """Return a predicate: whether the run with an id is finished or unknown."""

    def is_inactive(run_id: str) -> bool:
        run = instance.get_run_by_id(run_id)
        return run is None or run.is_finished

    return is_inactive
