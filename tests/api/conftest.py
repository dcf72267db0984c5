"""Fixtures: the computed sample practice, and a service that serves it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.api.sample_database import fill
from tests.api.service import Service, serve
from tests.support.databases import fresh_database
from tests.support.templates import Templates


@pytest.fixture(scope="session")
def practice_template(templates: Templates, built_template: str) -> Iterator[str]:
    """Name of a template database with the computed sample practice."""
    with templates.filled("practice", fill, built_template) as name:
        yield name


@pytest.fixture(scope="module")
def practice_url(server_url: str, practice_template: str) -> Iterator[str]:
    """The owner's URL of a copy of the sample practice, one per module."""
    with fresh_database(server_url, practice_template) as url:
        yield url


@pytest.fixture(scope="module")
def service(practice_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for the module's sample practice, without rate limits."""
    with serve(tmp_path_factory.mktemp("api"), practice_url) as running:
        yield running


@pytest.fixture
def owner(practice_url: str) -> Iterator[psycopg.Connection[dict[str, object]]]:
    """The owner's connection, which sees all rows; uncommitted changes are rolled back."""
    with psycopg.connect(practice_url, row_factory=dict_row, options="-c timezone=UTC") as connection:
        yield connection
        connection.rollback()
