"""Runs dbt against a test's database, as `warehouse exec -- dbt …` does."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PROJECT_DIR = Path(__file__).resolve().parents[2]


def dbt(
    database_url: str,
    *arguments: str,
    variables: dict[str, Any] | None = None,
    target_path: Path | None = None,
) -> str:
    """Run one dbt command and return what it printed; fails the test when dbt does."""
    result = try_dbt(database_url, *arguments, variables=variables, target_path=target_path)
    assert result.returncode == 0, result.stdout[-4000:]
    return result.stdout


def try_dbt(
    database_url: str,
    *arguments: str,
    variables: dict[str, Any] | None = None,
    target_path: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one dbt command, whatever comes of it."""
    with tempfile.TemporaryDirectory() as scratch:
        return subprocess.run(
            [
                str(Path(sys.executable).parent / "warehouse"), "exec", "--",
                str(Path(sys.executable).parent / "dbt"), *arguments,
                "--vars", json.dumps(variables or {}), "--log-path", scratch,
                "--target-path", str(target_path or scratch),
            ],
            cwd=PROJECT_DIR, env=os.environ | {"DATABASE_URL": database_url}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
