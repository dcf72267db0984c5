"""docs/how-to/: the changes of each page, applied to a copy of the project and of the sample database."""

import shutil
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from sample import DEFAULT_LAST_DATE
from sample.demo.data import AS_OF
from tests.project.docs import pages
from tests.support.databases import fresh_database
from tests.support.project import Project, parse
from warehouse.paths import PROJECT_DIR

pytestmark = pytest.mark.long

LAST_DATE = str(DEFAULT_LAST_DATE)


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of a how-to guide."""
    found = pages.blocks(pages.DOCS / "how-to" / f"{name}.md", language)
    assert found, f"{name} has no {language} block"
    return found


@pytest.fixture(scope="module")
def changed_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with the changes of all pages applied."""
    directory = tmp_path_factory.mktemp("copy")
    shutil.copytree(PROJECT_DIR / "dbt_project", directory / "dbt_project")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT_DIR / name, directory)
    for page in ("add-a-metric", "add-an-alert-rule", "tune-thresholds"):
        for change in blocks(page, "diff"):
            subprocess.run(
                ["git", "apply", "-"],
                cwd=directory,
                input=change,
                text=True,
                check=True,
                capture_output=True,
                env={
                    "GIT_CEILING_DIRECTORIES": str(directory.parent),
                    "PATH": "/usr/bin:/bin:/usr/local/bin",
                },
            )
    return Project(parse(directory), directory)


@pytest.fixture
def url(server_url: str, sample_template: str) -> Iterator[str]:
    with fresh_database(server_url, sample_template) as copy:
        yield copy


def test_add_a_metric__fills_the_new_column_and_keeps_the_ids(url: str, changed_project: Project) -> None:
    ids = "select id, engagement_score from ai_backend.session_analytics order by id"
    with psycopg.connect(url, autocommit=True) as connection:
        before = connection.execute(ids).fetchall()
        (statement,) = blocks("add-a-metric", "sql")
        connection.execute(statement.encode())
        changed_project.run(url, "+session_analytics", rebuild=True)
        assert connection.execute(ids).fetchall() == before
        known_count, wrong_count = connection.execute(
            "select count(words_per_client_turn), count(*) filter (where (words_per_client_turn is null) "
            "<> (client_turns = 0)) from ai_backend.session_analytics"
        ).fetchone() or (0, 1)
    assert known_count > 200
    assert wrong_count == 0


def test_add_an_alert_rule__opens_its_alerts_and_changes_no_other(url: str, changed_project: Project) -> None:
    others = "select id, severity from ai_backend.risk_alerts where alert_type <> 'critical_risk' order by id"
    with psycopg.connect(url, autocommit=True) as connection:
        before = connection.execute(others).fetchall()
        changed_project.seed(url, "alert_texts")
        changed_project.run(url, "int_alerts__scored_dates+", as_of=AS_OF)
        found = connection.execute(
            "select severity, title, status from ai_backend.risk_alerts where alert_type = 'critical_risk'"
        ).fetchall()
        assert connection.execute(others).fetchall() == before
    assert ("urgent", "Churn risk is critical", "pending") in found


def test_tune_thresholds__changes_scores_as_the_seed_says(url: str, changed_project: Project) -> None:
    query = (
        "select client_id, severity, threshold from ai_backend.risk_factors "
        "where factor_type = 'days_since_session' "
        "and as_of_date = (select max(as_of_date) from ai_backend.risk_scores) order by client_id, coach_id"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        before = connection.execute(query).fetchall()
        changed_project.seed(url, "risk_factor_settings", "alert_texts")
        changed_project.run(url, "int_clients__as_of_dates+", as_of=LAST_DATE)
        after = connection.execute(query).fetchall()
    assert {row[2] for row in before} == {14}
    assert {row[2] for row in after} == {7}
    assert sum(row[1] for row in after) > sum(row[1] for row in before)
    assert all(now[1] >= was[1] for was, now in zip(before, after, strict=True))
