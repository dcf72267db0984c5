"""Runs dbt commands in this process: starting dbt and parsing the project take longer than most runs."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.paths import PROJECT_DIR

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest


def run_dbt(
    command: Sequence[str],
    variables: Mapping[str, Any] | None = None,
    manifest: "Manifest | None" = None,
    *,
    project_dir: Path = PROJECT_DIR,
    target_path: Path | None = None,
    callbacks: Sequence[Callable[[Any], None]] = (),
) -> "dbtRunnerResult":
    """Run a dbt command for the target that the environment names and return its result.

    Without `manifest` the project is parsed, and without `target_path` no file is left behind. Nothing is
    logged: dbt's messages quote the row that made a statement fail. A failure is not raised.
    """
    # Imported here: the import takes seconds, which only a run should spend.
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    with ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="dbt-target-"))
        return dbtRunner(manifest=manifest, callbacks=list(callbacks)).invoke(
            [
                *command,
                "--vars",
                json.dumps(dict(variables or {}), default=str),
                "--project-dir",
                str(project_dir),
                "--profiles-dir",
                str(project_dir),
                "--target-path",
                str(target_path or temporary),
                "--log-path",
                temporary,
                "--no-write-json",
                "--log-level",
                "none",
                "--log-level-file",
                "none",
                "--cache-selected-only",
            ]
        )
