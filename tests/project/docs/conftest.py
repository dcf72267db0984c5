"""The computed sample data that the examples in the pages come from."""

from collections.abc import Iterator

import pytest

from cue_detector.run import detect_pending
from sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE
from sample.demo.data import AS_OF
from sample.load_sample import load_sample
from tests.support.databases import as_role, fresh_database
from tests.support.project import Project
from tests.support.templates import Templates
from tools.docs.sample_database import acknowledge_alerts


@pytest.fixture(scope="session")
def sample_template(templates: Templates, built_template: str, project: Project) -> Iterator[str]:
    """Template database with the same rows as `make docs` computes through Dagster, without its start-up."""

    def fill(url: str) -> None:
        load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        project.run(url, "+int_cues__pending_sessions", "+int_cues__detector_input")
        detect_pending(as_role(url, "warehouse_cues"))
        project.run(url, as_of=AS_OF)
        acknowledge_alerts(url)

    with templates.filled("documentation", fill, built_template) as name:
        yield name


@pytest.fixture(scope="session")
def sample_url(server_url: str, sample_template: str) -> Iterator[str]:
    """The owner's URL of a copy; tests undo their changes."""
    with fresh_database(server_url, sample_template) as url:
        yield url
