"""The demo's data: filled in and computed once, and again only when the code that computes it changed."""

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

COMPUTES = ("dbt_project", "cue_detector", "dagster_pipelines", "sample", "warehouse/migrations")
"""What the marts follow from, besides the source rows."""

AS_OF = f"{DEFAULT_LAST_DATE - timedelta(days=119)}..{DEFAULT_LAST_DATE}"
"""The 120 days that are scored, up to the last one, so that every score has a past to be seen in."""


def holds_other_data() -> bool:
    """Whether the source tables hold sessions, but not the sample's: then the sample stays out of them."""
    with connect() as connection:
        row = connection.execute(
            "select exists (select from ai_backend.transcription_jobs), "
            "exists (select from ai_backend.transcription_jobs where coach_id = %s)",
            [DEMO_COACH_ID],
        ).fetchone()
    return row is not None and row[0] and not row[1]


def fill(say: Callable[[str], None]) -> None:
    """Fill in the sample practice, unless the database is somebody else's."""
    if holds_other_data():
        say("The database holds sessions already; the sample practice is left out.")
        return
    written = [table for table in load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE) if table.rows]
    for table in written:
        say(str(table))
    if not written:
        say("Filled in before, and nothing changed since.")


def compute(say: Callable[[str], None]) -> bool:
    """Run the whole pipeline through Dagster for the days up to the sample's last; False when it failed.

    Skipped when it succeeded before with the same code and sources.
    """
    stamp = state_dir() / "demo-computed"
    now = _fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        say("Computed before, and nothing changed since.")
        return True
    stamp.unlink(missing_ok=True)
    steps = (
        ["make", "--silent", "target/manifest.json"],
        [sys.executable, "-m", "dagster_pipelines.run", "--as-of", AS_OF],
    )
    in_reach = os.environ | environment()
    for step in steps:
        if subprocess.run(step, cwd=PROJECT_DIR, env=in_reach, check=False).returncode != 0:
            return False
    stamp.write_text(_fingerprint())
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256()
    files = [PROJECT_DIR / "dbt_project.yml"]
    for room in COMPUTES:
        files += sorted(
            p for p in (PROJECT_DIR / room).rglob("*") if p.suffix in {".py", ".sql", ".yml", ".csv", ".toml"}
        )
    for file in files:
        digest.update(file.read_bytes())
    with connect() as connection:
        row = connection.execute(
            "select current_database(), (select max(oid) from pg_class where relname = 'session_analytics'), "
            "count(*), max(updated_at) from ai_backend.transcription_jobs"
        ).fetchone()
    digest.update(repr(row).encode())
    return digest.hexdigest()
