"""The data that the API's benchmark asks about: full marts of size S, with a month of daily scores."""

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
"""As many rows in each mart as S has, and clients who stay away. A row is as large whatever was said, so few
utterances do."""


@contextlib.contextmanager
def computed(given: str | None) -> Iterator[str]:
    """The owner's address of a computed database: the one given, or a new one that is dropped afterwards."""
    if given:
        yield given
        return
    first = date.fromisoformat(AS_OF) - timedelta(days=DAYS - 1)
    with scale_database(SIZE, "bench_api", f"{first}..{AS_OF}") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            for mart in MARTS:
                connection.execute(f"vacuum analyze {mart}".encode())
        yield url
