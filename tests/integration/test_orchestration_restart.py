"""The server goes away in the middle of a run and comes back: the run waits for it and is none the worse."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import psycopg
import pytest

from tests.support.concurrent_rebuild import fingerprint, once_dbt_waits, rebuild, retries
from tests.support.databases import copy_between_servers, create_database, with_database
from tests.support.server_dirs import server_home
from warehouse import embedded
from warehouse.migrate import migrate


@pytest.fixture
def own_server(server_url: str, marts_template: str) -> Iterator[None]:
    """A server of the test's own: others work on the one that all tests share. DATABASE_URL names it."""
    with server_home(), pytest.MonkeyPatch.context() as patch:
        first = embedded.up().url()
        patch.setenv("DATABASE_URL", first)
        migrate()  # the roles that the practice's grants name
        practice = create_database(first)
        copy_between_servers(with_database(server_url, marts_template), practice)
        patch.setenv("DATABASE_URL", practice)
        yield


@pytest.mark.usefixtures("own_server")
def test_restarted_server__is_waited_for_by_the_run() -> None:
    def restart(_: psycopg.Connection[Any]) -> None:
        embedded.down()
        embedded.up()

    marts = fingerprint()
    with dg.DagsterInstance.ephemeral() as instance, once_dbt_waits(restart) as done:
        result = rebuild(instance)
    assert done == [1]
    assert result.success
    assert retries(result) >= 1
    assert fingerprint() == marts
