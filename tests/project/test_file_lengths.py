"""Python and SQL files stay short, with listed exceptions."""

import subprocess
from pathlib import Path

import pytest

from warehouse.paths import PROJECT_DIR

MAX_LINES = {".py": 399, ".sql": 99}
EXCEPTIONS = {
    "dbt_project/models/marts/session_analytics.sql": "34 specified columns, six metric families",
    "api/sessions/session.sql": "one response with every field of a session",
}


def tracked_files(suffix: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", f"*{suffix}"], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    return [PROJECT_DIR / name for name in listed.stdout.splitlines()]


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("suffix", MAX_LINES)
def test_files__are_short(suffix: str) -> None:
    too_long = {}
    for path in tracked_files(suffix):
        name = str(path.relative_to(PROJECT_DIR))
        if path.exists() and not name.startswith("warehouse/migrations/") and name not in EXCEPTIONS:
            lines = line_count(path)
            if lines > MAX_LINES[suffix]:
                too_long[name] = lines
    assert too_long == {}


def test_exceptions__are_still_needed() -> None:
    for name in EXCEPTIONS:
        path = PROJECT_DIR / name
        assert line_count(path) > MAX_LINES[path.suffix], name
