"""The practice that the pages' examples are computed from, and the project's models compiled over it."""

from collections.abc import Iterator

import pytest

from cue_detector.run import detect_pending
from documentation.practice import AS_OF, acknowledge
from tests.support.databases import as_role, fresh_database
from tests.support.in_process import Project
from warehouse.fill import load_sample
from warehouse.sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE


@pytest.fixture(scope="session")
def practice_url(server_url: str, built_template: str, project: Project) -> Iterator[str]:
    """The owner's address. The same rows as `make docs` computes through Dagster, sooner."""
    with fresh_database(server_url, built_template) as url:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        project.run(url, "+int_cues__sessions_to_read", "+int_cues__detector_input")
        detect_pending(as_role(url, "warehouse_cues"))
        project.run(url, as_of=AS_OF)
        acknowledge(url)
        yield url
