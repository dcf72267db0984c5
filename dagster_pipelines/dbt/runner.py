"""dbt as a call within this process: what a build, a what-if, the tests and the benchmarks have in common."""

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.paths import PROJECT_DIR

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest


def invoke(
    command: Sequence[str],
    variables: Mapping[str, Any],
    manifest: "Manifest | None",
    *,
    folder: Path = PROJECT_DIR,
    callbacks: Sequence[Callable[[Any], None]] = (),
) -> "dbtRunnerResult":
    """Let dbt do one command for the database that DBT_PG_* name, with the manifest, or with a new parse.

    Nothing is left behind and nothing is logged: dbt's own lines would quote the row that broke a statement.
    Raises nothing for a failure: the result says whether and where it failed.
    """
    # Imported here: it takes seconds that only a run must spend.
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="dbt-target-") as target, _preserve_behavior_flags():
        return dbtRunner(manifest=manifest, callbacks=list(callbacks)).invoke(
            [
                *command,
                "--vars",
                json.dumps(dict(variables), default=str),
                "--project-dir",
                str(folder),
                "--profiles-dir",
                str(folder),
                "--target-path",
                target,
                "--log-path",
                target,
                "--no-write-json",
                "--log-level",
                "none",
                "--log-level-file",
                "none",
                "--cache-selected-only",
            ]
        )


@contextlib.contextmanager
def _preserve_behavior_flags() -> Iterator[None]:
    """Take back what dbt adds to its list of flags at each call: it looks through the stack for each of them.

    Otherwise the four hundredth day of a backfill would spend a second on that (dbt-adapters 1.24).
    """
    from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS as FLAGS  # noqa: PLC0415

    before = list(FLAGS)
    try:
        yield
    finally:
        FLAGS[:] = before
