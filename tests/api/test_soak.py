"""Readers while all marts are rebuilt again and again: no request fails, and none sees half a row set."""

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
from tests.api.routes import known
from tests.api.sample_database import AS_OF, compute
from tests.api.service import PREFIX, Service

pytestmark = pytest.mark.long

READERS = 4
REBUILDS = 2
MIN_RESPONSES = 20
"""Fewer answers during a rebuild would mean that the readers had to wait for it."""
PAUSE_SECONDS = 0.05
"""Between two questions of a reader, so that the rebuild and what else runs here have room too."""
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


def without_times(answer: Any) -> Any:
    """An answer without what a rebuild may change: when it was computed."""
    match answer:
        case dict():
            return {key: without_times(value) for key, value in answer.items() if key not in TIMES}
        case list():
            return [without_times(value) for value in answer]
    return answer


@pytest.fixture
def addresses(owner: Owner) -> list[str]:
    own = known(owner, DEMO_COACH_ID)
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
def reading(service: Service, addresses: list[str]) -> Iterator[Callable[[], int]]:
    """Readers who ask for all addresses in turn and compare each answer with the first."""
    first = {
        address: without_times(service.as_coach(DEMO_COACH_ID).get(address).json()) for address in addresses
    }
    faults: list[str] = []
    counts = [0] * READERS
    stop = threading.Event()

    def read(number: int) -> None:
        client: httpx.Client = service.as_coach(DEMO_COACH_ID)
        for address in itertools.islice(itertools.cycle(addresses), number * 3, None):
            if stop.is_set():
                return
            answer = client.get(address)
            counts[number] += 1
            time.sleep(PAUSE_SECONDS)
            if answer.status_code != 200:
                faults.append(f"{answer.status_code} {address} {answer.text}")
            elif without_times(answer.json()) != first[address]:
                faults.append(f"other rows: {address}")

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        yield lambda: sum(counts)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert faults == [], f"{len(faults)} of {sum(counts)} answers"


def test_readers__notice_nothing_of_rebuilds(
    service: Service, practice_url: str, owner: Owner, addresses: list[str]
) -> None:
    with reading(service, addresses) as count:
        for _ in range(REBUILDS):
            before = count()
            compute(practice_url, str(AS_OF), rebuild=True)
            assert count() > before + MIN_RESPONSES
    newest = owner.execute("select max(computed_at) as newest from ai_backend.session_analytics").fetchone()
    assert newest is not None
    assert newest["newest"].timestamp() > time.time() - 600, "the marts were really rebuilt"


def test_readers__notice_nothing_of_a_swapped_table(
    service: Service, practice_url: str, addresses: list[str]
) -> None:
    """Marts are never swapped (docs/adr/0002), but a plan that was made before one must not outlive it."""
    sessions = [address for address in addresses if "/sessions/" in address]
    with reading(service, sessions) as count, psycopg.connect(practice_url) as connection:
        for _ in range(10):
            before = count()
            connection.execute(SWAP)
            connection.commit()
            while count() < before + READERS * len(sessions):
                time.sleep(0.02)
