"""docs/how-to/: each step is done for real, in a copy of the project and of the practice's database."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api.coach.settings_schemas import SettingsToSet
from documentation.practice import AS_OF
from tests.support.databases import database_name, fresh_database
from tests.support.in_process import Project
from warehouse.connection import Role
from warehouse.migrate import migrate
from warehouse.paths import PROJECT_DIR
from warehouse.sample import DEFAULT_LAST_DATE

PAGES = sorted((PROJECT_DIR / "docs" / "how-to").glob("*.md"))
TODAY = str(DEFAULT_LAST_DATE)


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of a page."""
    text = (PROJECT_DIR / "docs" / "how-to" / f"{name}.md").read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found, f"{name} shows no {language}"
    return found


@pytest.fixture(scope="module")
def changed_project(practice_url: str, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project in which the changes of all pages were made."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PROJECT_DIR / "dbt_project", folder / "dbt_project")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT_DIR / name, folder)
    for page in ("add-a-metric", "add-an-alert-rule", "tune-thresholds"):
        for change in blocks(page, "diff"):
            subprocess.run(
                ["git", "apply", "-"], cwd=folder, input=change, text=True, check=True, capture_output=True,
                env={"GIT_CEILING_DIRECTORIES": str(folder.parent), "PATH": "/usr/bin:/bin:/usr/local/bin"},
            )  # fmt: skip
    return Project(practice_url, tmp_path_factory.mktemp("dbt"), folder)


@pytest.fixture
def url(server_url: str, practice_url: str) -> Iterator[str]:
    with fresh_database(server_url, database_name(practice_url)) as copy:
        yield copy


def test_add_a_metric__fills_the_new_column_and_keeps_the_ids(url: str, changed_project: Project) -> None:
    ids = "select id, engagement_score from ai_backend.session_analytics order by id"
    with psycopg.connect(url, autocommit=True) as connection:
        before = connection.execute(ids).fetchall()
        (statement,) = blocks("add-a-metric", "sql")
        connection.execute(statement.encode())
        changed_project.run(url, "+session_analytics", rebuild=True)
        assert connection.execute(ids).fetchall() == before
        known, wrong = connection.execute(
            "select count(words_per_client_turn), count(*) filter (where (words_per_client_turn is null) "
            "<> (client_turns = 0)) from ai_backend.session_analytics"
        ).fetchone() or (0, 1)
    assert known > 200
    assert wrong == 0


def test_add_an_alert_rule__opens_its_alerts_and_leaves_the_others(
    url: str, changed_project: Project
) -> None:
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
        changed_project.run(url, "int_clients__as_of_dates+", as_of=TODAY)
        after = connection.execute(query).fetchall()
    assert {row[2] for row in before} == {14}
    assert {row[2] for row in after} == {7}
    assert sum(row[1] for row in after) > sum(row[1] for row in before)
    assert all(now[1] >= was[1] for was, now in zip(before, after, strict=True))


def test_tune_thresholds__shows_a_body_that_the_api_takes() -> None:
    (body,) = re.findall(r"-d '(.+)'", "".join(blocks("tune-thresholds", "console")))
    settings = SettingsToSet.model_validate_json(body).parameters()
    assert (settings["days_since_session_warning"], settings["days_since_session_critical"]) == (7, 21)
    assert settings["engagement_trend_warning"] is None


def test_connect_supabase__gives_log_ins_with_the_rights_of_their_role(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (statements,) = blocks("connect-supabase", "sql")
    names = re.findall(r"create role (\w+)", statements)
    with fresh_database(server_url) as url, psycopg.connect(url, autocommit=True) as owner:
        monkeypatch.setenv("DATABASE_URL", url)
        migrate()
        try:
            owner.execute(statements.encode())
            for name, password in re.findall(r"create role (\w+) login password '([^']+)'", statements):
                parts = psycopg.conninfo.conninfo_to_dict(url) | {"user": name, "password": password}
                with psycopg.connect(**parts) as connection:
                    role = name.replace("coaching_", "warehouse_")
                    assert connection.execute("select current_user").fetchone() == (role,)
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute("select text from ai_backend.utterances")
        finally:
            for name in names:
                owner.execute(f"drop role if exists {name}".encode())


def test_variables__that_pages_name_are_read_somewhere() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for room in ("api", "warehouse", "dagster_pipelines", "cue_detector", "deploy")
        for path in (PROJECT_DIR / room).rglob("*")
        if path.suffix in (".py", ".yml", ".yaml")
    ).upper()
    code += " ".join(role.variable for role in Role)
    named = {
        name
        for page in [*PAGES, PROJECT_DIR / "README.md", PROJECT_DIR / "docs" / "analysts.md"]
        for name in re.findall(r"\b[A-Z]{3,}_[A-Z_]{3,}\b", page.read_text(encoding="utf-8"))
    }
    assert {Role.API.variable, Role.ANALYST.variable} <= named
    assert [name for name in sorted(named) if name not in code] == []


def test_commands__that_pages_name_exist() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", Path(PROJECT_DIR, "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = {
        target
        for page in [*PAGES, PROJECT_DIR / "README.md", *(PROJECT_DIR / "docs").glob("*.md")]
        for target in re.findall(r"(?:^\$ |`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "test", "pipeline"} <= named
    assert sorted(named - targets) == []
