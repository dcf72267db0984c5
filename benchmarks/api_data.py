"""The practice that the API's benchmark asks about: the sample, larger, computed for the last 30 days."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from warehouse import connection
from warehouse.fill import load_sample
from warehouse.migrate import migrate
from warehouse.sample import DEFAULT_LAST_DATE, DEFAULT_SEED

NAME = "bench_api"
DAYS = 30


@contextlib.contextmanager
def practice(given: str | None, size: int) -> Iterator[str]:
    """The owner's address of a computed database: the one given, or a new one that is dropped afterwards."""
    if given:
        yield given
        return
    owner = connection.url()
    with psycopg.connect(owner, autocommit=True) as server:
        server.execute(f"drop database if exists {NAME} with (force)".encode())
        server.execute(f"create database {NAME}".encode())
    url = make_conninfo(owner, dbname=NAME)
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    try:
        migrate()
        load_sample(DEFAULT_SEED, size, DEFAULT_LAST_DATE)
        _compute()
        yield url
    finally:
        os.environ.pop("DATABASE_URL")
        if before is not None:
            os.environ["DATABASE_URL"] = before
        with psycopg.connect(owner, autocommit=True) as server:
            server.execute(f"drop database {NAME} with (force)".encode())


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
