"""A computed practice per module, and the service over it."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.api.practice import fill
from tests.api.service import Service, serve
from tests.support.databases import database_name, fresh_database


@pytest.fixture(scope="session")
def practice_template(server_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Name of a database with the sample practice, computed; PRACTICE_TEMPLATE names one made before."""
    if given := os.environ.get("PRACTICE_TEMPLATE"):
        yield given
        return
    built_template = request.getfixturevalue("built_template")
    with fresh_database(server_url, built_template) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        fill(url)
        patch.undo()
        yield database_name(url)


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
