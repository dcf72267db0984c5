"""Fixtures for all tests. The server is that of DATABASE_URL, if set, else an embedded one."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE
from sample.load_sample import load_sample
from tests.support.cross_process import shared
from tests.support.databases import fresh_database
from tests.support.project import Project
from tests.support.project import project as parsed_project
from tests.support.templates import Templates
from warehouse import embedded
from warehouse.load import load_directory
from warehouse.migrate import migrate

# tests depend neither on the speed of the machine nor on random input
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("project")

ANNOMI_DIR = Path(os.environ.get("ANNOMI_DIR", Path(__file__).parents[2] / "shared/data/annomi"))


def pytest_configure() -> None:
    """Write profiles.yml where `make setup` was not run: dbt does not start without it."""
    embedded.write_dbt_profile()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with long tests, so that processes finish at about the same time."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Exclude imported objects from garbage collection, which would take a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests record as the property `summary`."""
    for report in terminalreporter.getreports("passed"):
        for text in (value for name, value in report.user_properties if name == "summary"):
            terminalreporter.section(report.nodeid)
            terminalreporter.write_line(str(text))


@pytest.fixture(scope="session")
def run_directory(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of this test run, shared by its processes."""
    directory = tmp_path_factory.getbasetemp()
    return directory if worker_id == "master" else directory.parent


@pytest.fixture(scope="session")
def server_url(run_directory: Path) -> Iterator[str]:
    """The owner's URL of the server that all processes of this test run use."""
    if configured := os.environ.get("DATABASE_URL"):
        yield configured
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_HOME", str(run_directory / "warehouse"))
        patch.setenv("WAREHOUSE_SERVER_OPTIONS", "-c fsync=off -c full_page_writes=off")
        with shared(
            run_directory / "server", lambda: embedded.up().url(), lambda _: embedded.remove()
        ) as url:
            yield url


@pytest.fixture(scope="session")
def templates(server_url: str, run_directory: Path) -> Templates:
    """Template databases."""
    return Templates(server_url, run_directory)


@pytest.fixture(scope="session")
def project() -> Project:
    """The dbt project, parsed once."""
    return parsed_project()


@pytest.fixture(scope="session")
def migrated_template(templates: Templates) -> Iterator[str]:
    """Template with migrations and without data."""
    with templates.filled("migrated", lambda _: migrate()) as name:
        yield name


@pytest.fixture(scope="session")
def built_template(templates: Templates, migrated_template: str, project: Project) -> Iterator[str]:
    """Template in which every model was built from empty source tables."""
    with templates.filled("built", project.build, migrated_template) as name:
        yield name


@pytest.fixture(scope="session")
def sample_template(templates: Templates, migrated_template: str, project: Project) -> Iterator[str]:
    """Template with the sample practice, computed for its last date, with all dbt tests passed."""

    def fill(url: str) -> None:
        load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        project.build(url, with_tests=True, as_of=str(DEFAULT_LAST_DATE))

    with templates.filled("sample", fill, migrated_template) as name:
        yield name


@pytest.fixture(scope="module")
def sample_database_url(server_url: str, sample_template: str) -> Iterator[str]:
    """A database with the computed sample practice for the module, also in DATABASE_URL."""
    yield from _use_copy(server_url, sample_template)


@pytest.fixture(scope="module")
def database_url(server_url: str, migrated_template: str) -> Iterator[str]:
    """A database with migrations and without data for the module, also in DATABASE_URL."""
    yield from _use_copy(server_url, migrated_template)


@pytest.fixture(scope="module")
def built_database_url(server_url: str, built_template: str) -> Iterator[str]:
    """A database with models built from empty source tables for the module, also in DATABASE_URL."""
    yield from _use_copy(server_url, built_template)


def _use_copy(server_url: str, template: str) -> Iterator[str]:
    with fresh_database(server_url, template) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        yield url


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    """The owner's connection to the module's database; uncommitted changes are rolled back."""
    with psycopg.connect(database_url) as open_connection:
        yield open_connection
        open_connection.rollback()


@pytest.fixture(scope="session")
def annomi_dir() -> Path:
    """The directory of the AnnoMI dialogues; skips the test if it does not exist."""
    if not ANNOMI_DIR.exists():
        pytest.skip(f"the AnnoMI dialogues are not at {ANNOMI_DIR}")
    return ANNOMI_DIR


@pytest.fixture
def load_real_dialogues(database_url: str, annomi_dir: Path) -> None:
    """Load the AnnoMI dialogues into the module's database."""
    load_directory(annomi_dir)
