"""Runs dbt against a test's database, as `warehouse exec -- dbt …` does."""

import json
import os
import shutil
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
        target = target_path or Path(scratch)
        take_parsed(target)
        return subprocess.run(
            [
                str(Path(sys.executable).parent / "warehouse"), "exec", "--",
                str(Path(sys.executable).parent / "dbt"), *arguments,
                "--vars", json.dumps(variables or {}), "--log-path", scratch, "--log-level-file", "none",
                "--target-path", str(target),
            ],
            cwd=PROJECT_DIR, env=os.environ | {"DATABASE_URL": database_url}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip


def take_parsed(target: Path) -> None:
    """Give a target folder what `make manifest` has parsed, so that dbt reads only what changed since."""
    parsed = PROJECT_DIR / "target" / "partial_parse.msgpack"
    if parsed.exists():
        shutil.copy(parsed, target)
