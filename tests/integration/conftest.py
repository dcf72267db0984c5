"""Fixtures: databases for simulated and Dagster runs, and Dagster instances."""

from collections.abc import Iterator

import dagster as dg
import psycopg
import pytest

from tests.support.concurrent_rebuild import compute_marts
from tests.support.databases import database_name, fresh_database
from tests.support.nightly_simulation import NightlySimulation
from tests.support.project import Project
from tests.support.templates import Templates


@pytest.fixture(scope="session")
def simulation_template(
    server_url: str, built_template: str, project: Project
) -> Iterator[tuple[str, NightlySimulation]]:
    """Name of a database template, and the models compiled against it."""
    with fresh_database(server_url, built_template) as url:
        yield database_name(url), NightlySimulation.compile(project, url)


@pytest.fixture(scope="module")
def simulation_url(server_url: str, simulation_template: tuple[str, NightlySimulation]) -> Iterator[str]:
    """A copy of the template per module."""
    with fresh_database(server_url, simulation_template[0]) as url:
        yield url


@pytest.fixture(scope="module")
def simulation(simulation_url: str, simulation_template: tuple[str, NightlySimulation]) -> NightlySimulation:
    """The models from client analytics on, for the module's database."""
    name, compiled = simulation_template
    return compiled.for_copy(name, database_name(simulation_url))


@pytest.fixture(scope="module")
def database(simulation_url: str) -> Iterator[psycopg.Connection]:
    """A connection to the module's database; each test rolls back its changes."""
    with psycopg.connect(simulation_url) as connection:
        yield connection


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance per module."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="session")
def marts_template(templates: Templates, built_template: str) -> Iterator[str]:
    """Name of a database template: a small sample with the marts of a complete run."""
    with templates.filled("marts", lambda _: compute_marts(), built_template) as name:
        yield name
