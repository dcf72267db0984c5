"""Database of the API benchmark: marts of size S with 30 days of scores."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import psycopg

from tools.benchmarks.api_plans import MARTS
from tools.benchmarks.database import AS_OF, scale_database
from tools.benchmarks.scale import SIZES

DAYS = 30
SIZE = replace(SIZES["S"], utterances_per_session=20, clients_per_coach=50, days_of_latest=60)
"""The rows of size S in each mart, some clients without recent sessions. The size of a row does not depend on
the number of utterances, so few are enough."""


@contextlib.contextmanager
def computed_database(existing: str | None) -> Iterator[str]:
    """Yield the owner's URL of the existing database, or of a new one that is dropped afterwards."""
    if existing:
        yield existing
        return
    first = date.fromisoformat(AS_OF) - timedelta(days=DAYS - 1)
    with scale_database(SIZE, "bench_api", f"{first}..{AS_OF}") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            for mart in MARTS:
                connection.execute(f"vacuum analyze {mart}".encode())
        yield url
