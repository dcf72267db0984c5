"""Fixtures that every test may use. The server is real: DATABASE_URL's if given, else an embedded one."""

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

# No test depends on how fast the machine is, nor on luck.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("project")

ANNOMI_DIR = Path(os.environ.get("ANNOMI_DIR", Path(__file__).parents[2] / "shared/data/annomi"))


def pytest_configure() -> None:
    """Write profiles.yml where `make setup` was not run: dbt does not start without it."""
    embedded.write_dbt_profile()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no process is left alone with it in the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what was imported: looking through it takes a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what a test recorded under `summary`: figures that say more than that it passed."""
    for report in terminalreporter.getreports("passed"):
        for text in (value for name, value in report.user_properties if name == "summary"):
            terminalreporter.section(report.nodeid)
            terminalreporter.write_line(str(text))


@pytest.fixture(scope="session")
def run_folder(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this test run, the same for all its processes."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session")
def server_url(run_folder: Path) -> Iterator[str]:
    """An owner's address on the server that all processes of this test run use."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_HOME", str(run_folder / "warehouse"))
        patch.setenv("WAREHOUSE_SERVER_OPTIONS", "-c fsync=off -c full_page_writes=off")
        with shared(run_folder / "server", lambda: embedded.up().url(), lambda _: embedded.remove()) as url:
            yield url


@pytest.fixture(scope="session")
def templates(server_url: str, run_folder: Path) -> Templates:
    """Databases to copy."""
    return Templates(server_url, run_folder)


@pytest.fixture(scope="session")
def project() -> Project:
    """The dbt project, parsed once."""
    return parsed_project()


@pytest.fixture(scope="session")
def migrated_template(templates: Templates) -> Iterator[str]:
    """Name of a migrated, empty database to copy."""
    with templates.filled("migrated", lambda _: migrate()) as name:
        yield name


@pytest.fixture(scope="session")
def built_template(templates: Templates, migrated_template: str, project: Project) -> Iterator[str]:
    """Name of a database in which every model was built once over empty source tables."""
    with templates.filled("built", project.build, migrated_template) as name:
        yield name


@pytest.fixture(scope="session")
def sample_template(templates: Templates, migrated_template: str, project: Project) -> Iterator[str]:
    """Name of a database with the sample practice, computed for its last day, every dbt test passed."""

    def fill(url: str) -> None:
        load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        project.build(url, with_tests=True, as_of=str(DEFAULT_LAST_DATE))

    with templates.filled("sample", fill, migrated_template) as name:
        yield name


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
    load_directory(annomi_dir)
