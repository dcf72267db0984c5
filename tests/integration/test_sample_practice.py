"""The sample practice, computed with the local detector, against the expectations of its scenarios."""

import io
from datetime import timedelta

import psycopg
import pytest
from rich.console import Console

from cue_detector.run import detect_pending
from sample import DEFAULT_LAST_DATE, EXPECTATIONS
from sample.demo.check_scenarios import ClientResults, client_results, show
from tests.support.project import Project
from warehouse.connection import LoginRole, url

SCORED_DATES = f"{DEFAULT_LAST_DATE - timedelta(119)}..{DEFAULT_LAST_DATE}"


@pytest.fixture(scope="module", params=[str(DEFAULT_LAST_DATE), SCORED_DATES], ids=["last date", "120 dates"])
def scenarios(
    request: pytest.FixtureRequest, sample_database_url: str, project: Project
) -> dict[str, ClientResults]:
    detect_pending(url(LoginRole.CUES))
    project.run(sample_database_url, as_of=request.param)
    with psycopg.connect(sample_database_url) as connection:
        return client_results(connection)


@pytest.mark.parametrize("scenario", EXPECTATIONS)
def test_scenario__matches_its_expectation(scenarios: dict[str, ClientResults], scenario: str) -> None:
    expected = EXPECTATIONS[scenario]
    found = scenarios[scenario]
    assert found.mismatches(expected) == []
    assert (found.level, dict(found.alerts)) == (expected.level, dict(expected.alerts))
    # detected cues move the engagement of `resistant` across the threshold of a trend
    if expected.level is not None and scenario != "resistant":
        assert found.trends == expected.trends


def test_table__shows_mismatches(scenarios: dict[str, ClientResults]) -> None:
    output = io.StringIO()
    assert show(Console(file=output, width=200), scenarios)
    assert "no:" not in output.getvalue()
    assert "ordinary_0001" in output.getvalue()
    swapped = scenarios | {"steady": scenarios["absent_45"]}
    assert not show(Console(file=output, width=200), swapped)
    assert "no: sessions, level, score, factors, alerts" in output.getvalue()
