"""What the instance knows of runs."""

from collections.abc import Callable

import dagster as dg


def run_is_inactive(instance: dg.DagsterInstance) -> Callable[[str], bool]:
    """Tells of a run's id whether nobody works on it any more."""

    def ask(run_id: str) -> bool:
        run = instance.get_run_by_id(run_id)
        return run is None or run.is_finished

    return ask
