"""The practice that the API's benchmark asks about: the sample, larger, computed for the last 30 days."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from warehouse.fill import load_sample
from warehouse.sample import DEFAULT_LAST_DATE, DEFAULT_SEED
from warehouse.temporary import temporary_database

NAME = "bench_api"
DAYS = 30


@contextlib.contextmanager
def practice(given: str | None, size: int) -> Iterator[str]:
    """The owner's address of a computed database: the one given, or a new one that is dropped afterwards."""
    if given:
        yield given
        return
    with temporary_database(NAME) as url:
        load_sample(DEFAULT_SEED, size, DEFAULT_LAST_DATE)
        _compute()
        yield url


def _compute() -> None:
    dates = f"{DEFAULT_LAST_DATE - timedelta(days=DAYS - 1)}..{DEFAULT_LAST_DATE}"
    folder = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as scratch:
        result = subprocess.run(
            [
                folder / "warehouse", "exec", "--", folder / "dbt", "build",
                "--exclude-resource-type", "test", "unit_test", "--vars", f"{{as_of: {dates}}}",
                "--target-path", scratch, "--log-path", scratch,
            ],
            cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False,
        )  # fmt: skip
    if result.returncode != 0:
        sys.exit(f"bench-api: dbt failed\n{result.stdout[-2000:]}")
