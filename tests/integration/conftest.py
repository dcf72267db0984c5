"""Databases computed from given sessions, night after night or by a run, and Dagster instances for runs."""

from collections.abc import Iterator

import dagster as dg
import psycopg
import pytest

from tests.support.concurrent_rebuild import compute_marts
from tests.support.databases import database_name, fresh_database
from tests.support.nightly_simulation import Chain
from tests.support.project import Project
from tests.support.templates import Templates


@pytest.fixture(scope="session")
def chain_template(server_url: str, built_template: str, project: Project) -> Iterator[tuple[str, Chain]]:
    """Name of a database to copy, and the models compiled against it."""
    with fresh_database(server_url, built_template) as url:
        yield database_name(url), Chain.compile(project, url)


@pytest.fixture(scope="module")
def chain_url(server_url: str, chain_template: tuple[str, Chain]) -> Iterator[str]:
    """A copy of the module's own."""
    with fresh_database(server_url, chain_template[0]) as url:
        yield url


@pytest.fixture(scope="module")
def chain(chain_url: str, chain_template: tuple[str, Chain]) -> Chain:
    """The models from client analytics on, for the module's copy."""
    name, compiled = chain_template
    return compiled.moved(name, database_name(chain_url))


@pytest.fixture(scope="module")
def database(chain_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the module's copy; each test rolls back what it did."""
    with psycopg.connect(chain_url) as connection:
        yield connection


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance of the module's own."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="session")
def marts_template(templates: Templates, built_template: str) -> Iterator[str]:
    """Name of a database to copy: a small practice, its marts as one undisturbed run leaves them."""
    with templates.filled("marts", lambda _: compute_marts(), built_template) as name:
        yield name
