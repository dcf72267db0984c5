"""Fixtures that every test may use. The server is real: DATABASE_URL's if given, else an embedded one."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from tests.support.databases import database_name, fresh_database, with_database
from tests.support.dbt import dbt
from tests.support.in_process import Project
from tests.support.pipeline import compute
from warehouse import embedded
from warehouse.fill import load_sample
from warehouse.load import load_folder
from warehouse.migrate import migrate
from warehouse.sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE

# No test depends on how fast the machine is, nor on luck.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("project")

ANNOMI_DIR = Path(os.environ.get("ANNOMI_DIR", Path(__file__).parents[2] / "shared/data/annomi"))


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An owner's address on the tests' server."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_HOME", str(tmp_path_factory.mktemp("warehouse")))
        patch.setenv("WAREHOUSE_SERVER_OPTIONS", "-c fsync=off -c full_page_writes=off")
        state = embedded.up()
        yield state.url()
        embedded.remove()


@pytest.fixture(scope="session")
def migrated_template(server_url: str) -> Iterator[str]:
    """Name of a migrated, empty database to copy."""
    with fresh_database(server_url) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        migrate()
        patch.undo()
        yield database_name(url)


@pytest.fixture(scope="session")
def built_template(server_url: str, migrated_template: str) -> Iterator[str]:
    """Name of a database in which every model was built once over empty source tables."""
    with fresh_database(server_url, migrated_template) as url:
        dbt(url, "build", "--exclude-resource-type", "test", "unit_test")
        yield database_name(url)


@pytest.fixture(scope="session")
def project(server_url: str, built_template: str, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The dbt project, parsed once."""
    return Project(with_database(server_url, built_template), tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def sample_template(server_url: str, migrated_template: str) -> Iterator[str]:
    """Name of a database with the sample practice, computed for its last day, every dbt test passed."""
    with fresh_database(server_url, migrated_template) as url:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        compute(url, as_of=DEFAULT_LAST_DATE.isoformat())
        yield database_name(url)


@pytest.fixture(scope="module")
def sample_database_url(server_url: str, sample_template: str) -> Iterator[str]:
    """A database of the module's own with the computed sample practice; in DATABASE_URL too."""
    yield from _use_copy(server_url, sample_template)


@pytest.fixture(scope="module")
def database_url(server_url: str, migrated_template: str) -> Iterator[str]:
    """A migrated, empty database of the module's own; DATABASE_URL names it for the module's time."""
    yield from _use_copy(server_url, migrated_template)


@pytest.fixture(scope="module")
def built_database_url(server_url: str, built_template: str) -> Iterator[str]:
    """A database of the module's own with every model built over empty source tables; in DATABASE_URL too."""
    yield from _use_copy(server_url, built_template)


def _use_copy(server_url: str, template: str) -> Iterator[str]:
    with fresh_database(server_url, template) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        yield url


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    """The owner's connection to the module's database; what a test doesn't commit is rolled back."""
    with psycopg.connect(database_url) as open_connection:
        yield open_connection
        open_connection.rollback()


@pytest.fixture(scope="session")
def annomi_dir() -> Path:
    """The real dialogues; skips, saying so, where they are absent."""
    if not ANNOMI_DIR.exists():
        pytest.skip(f"the real dialogues are not at {ANNOMI_DIR}")
    return ANNOMI_DIR


@pytest.fixture
def load_real_dialogues(database_url: str, annomi_dir: Path) -> None:
    """Fills the module's database with the real dialogues."""
    load_folder(annomi_dir)
