"""The sample practice, computed with the local detector, against what its stories say by hand."""

import io
from datetime import timedelta

import psycopg
import pytest
from rich.console import Console

from cue_detector.run import detect_pending
from sample import DEFAULT_LAST_DATE, EXPECTATIONS
from sample.demo.check_scenarios import Judged, judged, show
from tests.support.project import Project
from warehouse.connection import Role, url

NIGHTS = f"{DEFAULT_LAST_DATE - timedelta(119)}..{DEFAULT_LAST_DATE}"


@pytest.fixture(scope="module", params=[str(DEFAULT_LAST_DATE), NIGHTS], ids=["last day", "120 days"])
def stories(request: pytest.FixtureRequest, sample_database_url: str, project: Project) -> dict[str, Judged]:
    detect_pending(url(Role.CUES))
    project.run(sample_database_url, as_of=request.param)
    with psycopg.connect(sample_database_url) as connection:
        return judged(connection)


@pytest.mark.parametrize("story", EXPECTATIONS)
def test_story__turns_out_as_described(stories: dict[str, Judged], story: str) -> None:
    expected = EXPECTATIONS[story]
    found = stories[story]
    assert found.differs_in(expected) == []
    assert (found.level, dict(found.alerts)) == (expected.level, dict(expected.alerts))
    # words that the detector finds move this one's engagement across the border of a trend
    if expected.level is not None and story != "resistant":
        assert found.trends == expected.trends


def test_table__says_so_and_shows_what_differs(stories: dict[str, Judged]) -> None:
    output = io.StringIO()
    assert show(Console(file=output, width=200), stories)
    assert "no:" not in output.getvalue()
    assert "ordinary_0001" in output.getvalue()
    mixed_up = stories | {"steady": stories["absent_45"]}
    assert not show(Console(file=output, width=200), mixed_up)
    assert "no: sessions, level, score, factors, alerts" in output.getvalue()
