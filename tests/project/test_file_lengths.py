"""Source files stay short."""

import subprocess
from pathlib import Path

import pytest

from warehouse.paths import PROJECT_DIR

LONGEST = {".py": 400, ".sql": 100}
LONGER_BECAUSE = {
    "dbt_project/models/marts/session_analytics.sql": "34 specified columns, six metric families",
    "api/sessions/session.sql": "one answer with the contract's every field",
}


def tracked(suffix: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", f"*{suffix}"], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    return [PROJECT_DIR / name for name in listed.stdout.splitlines()]


@pytest.mark.parametrize("suffix", LONGEST)
def test_files__are_short(suffix: str) -> None:
    too_long = {}
    for path in tracked(suffix):
        name = str(path.relative_to(PROJECT_DIR))
        if path.exists() and not name.startswith("warehouse/migrations/") and name not in LONGER_BECAUSE:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines >= LONGEST[suffix]:
                too_long[name] = lines
    assert too_long == {}


def test_exceptions__are_still_needed() -> None:
    for name in LONGER_BECAUSE:
        path = PROJECT_DIR / name
        assert len(path.read_text(encoding="utf-8").splitlines()) >= LONGEST[path.suffix], name
