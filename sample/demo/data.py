"""Loads and computes the demo's data; skipped while code and sources are unchanged."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

from sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE, DEMO_COACH_ID
from sample.load_sample import load_sample
from warehouse.connection import connect, environment
from warehouse.paths import PROJECT_DIR, state_dir
from warehouse.sql_files import load_sql

SUFFIXES = {".py", ".sql", ".yml", ".csv", ".toml"}
INPUTS = ("dbt_project", "cue_detector", "dagster_pipelines", "sample", "warehouse/migrations")
"""Directories that the marts depend on, besides the source rows."""

AS_OF = f"{DEFAULT_LAST_DATE - timedelta(days=119)}..{DEFAULT_LAST_DATE}"
"""The 120 dates that are scored, so that each score has a history."""


def holds_other_data() -> bool:
    """Whether the source tables contain sessions of other coaches only; the sample is not loaded then."""
    with connect() as connection:
        row = connection.execute(
            load_sql(__package__, "session_owners"), {"demo_coach_id": DEMO_COACH_ID}
        ).fetchone()
    return row is not None and row[0] and not row[1]


def load(report: Callable[[str], None]) -> None:
    """Load the sample practice, unless the database contains other data."""
    if holds_other_data():
        report("The database already contains sessions; the sample practice is not loaded.")
        return
    loaded = [table for table in load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE) if table.rows]
    for table in loaded:
        report(str(table))
    if not loaded:
        report("Already loaded; nothing changed.")


def compute(report: Callable[[str], None]) -> bool:
    """Run the complete pipeline for the 120 dates; False if it failed.

    Skipped if it succeeded before with the same code and sources.
    """
    stamp = state_dir() / "demo-computed"
    fingerprint = _fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        report("Already computed; nothing changed.")
        return True
    stamp.unlink(missing_ok=True)
    steps = (
        ["make", "--silent", "target/manifest.json"],
        [sys.executable, "-m", "dagster_pipelines.run", "--as-of", AS_OF],
    )
    variables = os.environ | environment()
    for step in steps:
        if subprocess.run(step, cwd=PROJECT_DIR, env=variables, check=False).returncode != 0:
            return False
    stamp.write_text(_fingerprint())
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256()
    files = [PROJECT_DIR / "dbt_project.yml"]
    for directory in INPUTS:
        files += sorted(
            p
            for p in (PROJECT_DIR / directory).rglob("*")
            if p.suffix in {".py", ".sql", ".yml", ".csv", ".toml"}
        )
    for file in files:
        digest.update(file.read_bytes())
    with connect() as connection:
        row = connection.execute(load_sql(__package__, "source_state")).fetchone()
    digest.update(repr(row).encode())
    return digest.hexdigest()
