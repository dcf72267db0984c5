"""A computed practice per module, and the service over it."""

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
    """Name of a database with the sample practice, computed."""
    with templates.filled("practice", fill, built_template) as name:
        yield name


@pytest.fixture(scope="module")
def practice_url(server_url: str, practice_template: str) -> Iterator[str]:
    """The owner's address of the module's own copy of the practice."""
    with fresh_database(server_url, practice_template) as url:
        yield url


@pytest.fixture(scope="module")
def service(practice_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service over the module's practice, without rate limits."""
    with serve(tmp_path_factory.mktemp("api"), practice_url) as running:
        yield running


@pytest.fixture
def owner(practice_url: str) -> Iterator[psycopg.Connection[dict[str, object]]]:
    """The owner's connection to the practice: sees all rows; what isn't committed is rolled back."""
    with psycopg.connect(practice_url, row_factory=dict_row, options="-c timezone=UTC") as connection:
        yield connection
        connection.rollback()
