"""Concurrent readers during rebuilds: no request fails, and none sees an incomplete mart."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import owned_ids
from tests.api.sample_database import AS_OF, compute
from tests.api.service import PREFIX, Service

pytestmark = pytest.mark.long

READERS = 4
REBUILDS = 2
MIN_RESPONSES = 20
"""With fewer responses during a rebuild, the readers were blocked."""
PAUSE_SECONDS = 0.05
"""Between two requests of a reader, to leave CPU time for the rebuild."""
TIMES = {"computed_at", "valid_until", "created_at"}
SWAP = """
alter table ai_backend.language_cues rename to language_cues_old;
create table ai_backend.language_cues (like ai_backend.language_cues_old including all);
insert into ai_backend.language_cues select * from ai_backend.language_cues_old;
alter table ai_backend.language_cues enable row level security;
create policy own_coach on ai_backend.language_cues for select to warehouse_api
using (coach_id = (select nullif(current_setting('app.coach_id', true), '')::uuid));
grant select on ai_backend.language_cues to warehouse_api;
drop table ai_backend.language_cues_old;
"""


def without_times(response: Any) -> Any:
    """Removes the timestamps that a rebuild changes."""
    match response:
        case dict():
            return {key: without_times(value) for key, value in response.items() if key not in TIMES}
        case list():
            return [without_times(value) for value in response]
    return response


@pytest.fixture
def paths(owner: Owner) -> list[str]:
    own = owned_ids(owner, DEMO_COACH_ID)
    jobs = owner.execute(
        "select job_id from ai_backend.language_cues where coach_id = %s group by job_id "
        "order by count(*) desc, job_id limit 4",
        [DEMO_COACH_ID],
    ).fetchall()
    owner.rollback()
    client = f"{PREFIX}/clients/{own.client_id}"
    return [
        *(f"{PREFIX}/sessions/{row['job_id']}" for row in jobs),
        *(f"{client}/{page}" for page in ("summary", "sessions", "risk?history_limit=400", "trends")),
        f"{PREFIX}/risk/alerts?status=all",
        f"{PREFIX}/coach/summary",
        f"{PREFIX}/coach/at-risk-clients?min_level=low",
        f"{PREFIX}/coach/settings",
    ]


@contextmanager
def concurrent_readers(service: Service, paths: list[str]) -> Iterator[Callable[[], int]]:
    """Threads that request all paths in turn and compare each response with the first one."""
    first = {path: without_times(service.as_coach(DEMO_COACH_ID).get(path).json()) for path in paths}
    failures: list[str] = []
    counts = [0] * READERS
    stop = threading.Event()

    def read(number: int) -> None:
        client: httpx.Client = service.as_coach(DEMO_COACH_ID)
        for path in itertools.islice(itertools.cycle(paths), number * 3, None):
            if stop.is_set():
                return
            response = client.get(path)
            counts[number] += 1
            time.sleep(PAUSE_SECONDS)
            if response.status_code != 200:
                failures.append(f"{response.status_code} {path} {response.text}")
            elif without_times(response.json()) != first[path]:
                failures.append(f"different rows: {path}")

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        yield lambda: sum(counts)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert failures == [], f"{len(failures)} of {sum(counts)} responses"


def test_readers__are_not_affected_by_rebuilds(
    service: Service, practice_url: str, owner: Owner, paths: list[str]
) -> None:
    with concurrent_readers(service, paths) as count:
        for _ in range(REBUILDS):
            before = count()
            compute(practice_url, str(AS_OF), rebuild=True)
            assert count() > before + MIN_RESPONSES
    newest = owner.execute("select max(computed_at) as newest from ai_backend.session_analytics").fetchone()
    assert newest is not None
    assert newest["newest"].timestamp() > time.time() - 600, "the marts were rebuilt"


def test_readers__are_not_affected_by_a_swapped_table(
    service: Service, practice_url: str, paths: list[str]
) -> None:
    """Marts are never swapped, but cached plans must not outlive a swapped table."""
    sessions = [path for path in paths if "/sessions/" in path]
    with concurrent_readers(service, sessions) as count, psycopg.connect(practice_url) as connection:
        for _ in range(10):
            before = count()
            connection.execute(SWAP)
            connection.commit()
            while count() < before + READERS * len(sessions):
                time.sleep(0.02)
