"""A run retries while the server restarts, and succeeds."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import psycopg
import pytest

from tests.support.concurrent_rebuild import fingerprint, rebuild, retries, while_dbt_is_blocked
from tests.support.databases import copy_between_servers, create_database, with_database
from tests.support.server_dirs import server_home
from warehouse import embedded
from warehouse.migrate import migrate


@pytest.fixture
def own_server(server_url: str, marts_template: str) -> Iterator[None]:
    """A separate server, which the test may restart; DATABASE_URL names it."""
    with server_home(), pytest.MonkeyPatch.context() as patch:
        first = embedded.up().url()
        patch.setenv("DATABASE_URL", first)
        migrate()  # creates the roles of the copied grants
        copy = create_database(first)
        copy_between_servers(with_database(server_url, marts_template), copy)
        patch.setenv("DATABASE_URL", copy)
        yield


@pytest.mark.usefixtures("own_server")
def test_restarted_server__delays_the_run() -> None:
    def restart(_: psycopg.Connection[Any]) -> None:
        embedded.down()
        embedded.up()

    marts = fingerprint()
    with dg.DagsterInstance.ephemeral() as instance, while_dbt_is_blocked(restart) as calls:
        result = rebuild(instance)
    assert calls == [1]
    assert result.success
    assert retries(result) >= 1
    assert fingerprint() == marts
