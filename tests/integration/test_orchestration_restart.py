"""The server goes away in the middle of a run and comes back: the run waits for it and is none the worse."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import psycopg
import pytest

from tests.support.disturbed import computed_marts, fingerprint, once_dbt_waits, rebuild, retries
from tests.support.homes import server_home
from tests.support.project import Project
from warehouse import embedded
from warehouse.migrate import migrate


@pytest.fixture
def own_server(project: Project) -> Iterator[None]:
    """A server of the test's own: others work on the one that all tests share. DATABASE_URL names it."""
    with server_home(), pytest.MonkeyPatch.context() as patch:
        address = embedded.up().url()
        patch.setenv("DATABASE_URL", address)
        migrate()
        project.build(address)
        yield


@pytest.mark.usefixtures("own_server")
def test_restarted_server__is_waited_for_by_the_run() -> None:
    def restart(_: psycopg.Connection[Any]) -> None:
        embedded.down()
        embedded.up()

    with dg.DagsterInstance.ephemeral() as instance:
        marts = computed_marts(instance)
        with once_dbt_waits(restart) as done:
            result = rebuild(instance)
    assert done == [1]
    assert result.success
    assert retries(result) >= 1
    assert fingerprint() == marts
