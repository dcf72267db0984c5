"""A real server is stopped and started under load: 503 while it is away, nothing else before or after."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.api.service import PREFIX, Service, serve
from tests.support.server_dirs import server_home
from warehouse import embedded
from warehouse.migrate import migrate

COACH = UUID(int=11)
READERS = 4


@pytest.fixture
def task(tmp_path: Path) -> Iterator[tuple[Service, str]]:
    """The service over a server of the test's own, and the address of a task: a route that needs no mart."""
    with server_home() as _:
        state = embedded.up()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", state.url())
            migrate()
        with psycopg.connect(state.url()) as connection:
            row = connection.execute(
                "insert into analytics_api.compute_requests (coach_id, client_id) "
                "values (%s, gen_random_uuid()) returning task_id",
                [COACH],
            ).fetchone()
        assert row is not None
        with serve(tmp_path, state.url(), API_POOL_TIMEOUT_SECONDS="1") as service:
            yield service, f"{PREFIX}/compute/tasks/{row[0]}"


def test_restart__under_load_is_503_while_it_lasts_and_heals_by_itself(task: tuple[Service, str]) -> None:
    service, address = task
    seen: Counter[int] = Counter()
    stop = threading.Event()

    def read() -> None:
        client = service.as_coach(COACH)
        while not stop.is_set():
            seen[client.get(address, timeout=60).status_code] += 1

    readers = [threading.Thread(target=read, daemon=True) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    port = embedded.up().port
    for _ in range(2):
        served, refused = seen[200], seen[503]
        _until(lambda served=served: seen[200] > served + 20)
        embedded.down()
        _until(lambda refused=refused: seen[503] > refused + 4)
        assert embedded.up().port == port
    served = seen[200]
    _until(lambda: seen[200] > served + 20)
    stop.set()
    for reader in readers:
        reader.join(60)
    assert set(seen) == {200, 503}, service.printed()
    assert not service.lines("unhandled")


def _until(is_so: object) -> None:
    assert callable(is_so)
    deadline = time.monotonic() + 90
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
