"""Postgres is restarted under load: 503 while it is down, 200 before and after."""

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
    """A service with a Postgres server of its own, and the path of a task: a route that needs no mart."""
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


def test_restart__under_load_is_503_and_recovers(task: tuple[Service, str]) -> None:
    service, path = task
    statuses: Counter[int] = Counter()
    stop = threading.Event()

    def read() -> None:
        client = service.as_coach(COACH)
        while not stop.is_set():
            statuses[client.get(path, timeout=60).status_code] += 1

    readers = [threading.Thread(target=read, daemon=True) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    port = embedded.up().port
    for _ in range(2):
        succeeded, failed = statuses[200], statuses[503]
        _wait_until(lambda succeeded=succeeded: statuses[200] > succeeded + 20)
        embedded.down()
        _wait_until(lambda failed=failed: statuses[503] > failed + 4)
        assert embedded.up().port == port
    succeeded = statuses[200]
    _wait_until(lambda: statuses[200] > succeeded + 20)
    stop.set()
    for reader in readers:
        reader.join(60)
    assert set(statuses) == {200, 503}, service.output()
    assert not service.log_lines("unhandled exception")


def _wait_until(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
