"""A temporary database with the computed sample data, for the examples in the pages."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE
from sample.demo.data import AS_OF
from sample.load_sample import load_sample
from warehouse.connection import environment
from warehouse.ephemeral import temporary_database
from warehouse.paths import PROJECT_DIR

ACKNOWLEDGEMENTS = """
insert into analytics_api.alert_acknowledgements
    (alert_id, coach_id, client_id, acknowledged_at, severity_at_acknowledgement)
select id, coach_id, client_id, created_at + make_interval(hours => 5 * position::integer), severity
from (
    select
        id, coach_id, client_id, created_at, severity, row_number() over (order by created_at, id) as position
    from ai_backend.risk_alerts
) as alerts
where position % 3 > 0
"""
"""Acknowledges two of three alerts, each after five hours more than the previous one."""


@contextmanager
def computed_sample() -> Iterator[str]:
    """Compute the sample data in a new database, yield its owner's URL and drop it afterwards.

    Raises RuntimeError when the pipeline fails.
    """
    with temporary_database(f"documentation_{os.getpid()}") as url:
        load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        command = [sys.executable, "-m", "dagster_pipelines.run", "--as-of", AS_OF]
        if subprocess.run(command, cwd=PROJECT_DIR, env=os.environ | environment(), check=False).returncode:
            raise RuntimeError("computing the sample data failed, see the messages above")
        acknowledge_alerts(url)
        yield url


def acknowledge_alerts(url: str) -> None:
    """Acknowledge two of three alerts."""
    with psycopg.connect(url) as connection:
        connection.execute(ACKNOWLEDGEMENTS)
