"""docs/tutorial/your-first-hour.md: its commands run, and every figure it shows is the project's own."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from dagster_pipelines.options import RunOptions
from sample import DEMO_COACH_ID
from tests.api.service import API_KEY, serve
from tests.api.tokens import hs256
from tests.project.docs import pages
from tests.project.docs.shell import Shell
from tests.project.docs.test_console import environment, lines
from tests.support.databases import as_role, fresh_database
from tests.support.project import Project, parse
from warehouse.paths import PROJECT_DIR

pytestmark = pytest.mark.long

PAGE = pages.DOCS / "tutorial" / "your-first-hour.md"
EXAMPLE = re.compile(
    r"^```sql\n(?P<query>.+?)```\n\n<!-- result -->\n(?P<result>.+?)<!-- /result -->$",
    re.MULTILINE | re.DOTALL,
)
NEXT_DATE = "2026-11-23"


def examples() -> list[tuple[str, str]]:
    """The page's queries with the results that it shows, in order."""
    return EXAMPLE.findall(pages.text(PAGE))


def result(url: str, query: str) -> str:
    """Rows that an analyst gets, formatted like the page's table."""
    with psycopg.connect(as_role(url, "warehouse_analyst")) as connection:
        cursor = connection.execute(query.encode())
        names = [column.name for column in cursor.description or ()]
        rows = [names, ["---"] * len(names), *([str(value) for value in row] for row in cursor)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def shown_output(command: str) -> list[str]:
    """The output that the page shows below a command; without what depends on the terminal's width."""
    (block,) = [body for body in pages.blocks(PAGE, "console") if f"$ {command}" in body]
    output = block.replace("\\\n", " ").split(f"$ {command}")[1].splitlines()[1:]
    return [" ".join(line.split()) for line in output if line.strip(" ─")]


@pytest.fixture(scope="module")
def changed_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project with the tutorial's two changes."""
    directory = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(PROJECT_DIR / "dbt_project", directory / "dbt_project")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT_DIR / name, directory)
    (change,) = pages.blocks(PAGE, "diff")
    subprocess.run(
        ["git", "apply", "-"],
        cwd=directory,
        input=change,
        text=True,
        check=True,
        capture_output=True,
        env={"GIT_CEILING_DIRECTORIES": str(directory.parent), "PATH": os.environ["PATH"]},
    )
    version = pages.blocks(PAGE, "yaml")[0].rstrip("\n")
    config = directory / "dbt_project.yml"
    text, count = re.subn(r"^  risk_model_version: .+$", version, config.read_text(), flags=re.MULTILINE)
    assert count == 1
    config.write_text(text)
    return Project(parse(directory), directory)


@pytest.fixture(scope="module")
def changed_url(server_url: str, sample_template: str, changed_project: Project) -> Iterator[str]:
    """The sample database after the tutorial's run for the next date."""
    assert lines(PAGE, "make pipeline")[0].endswith(f"AS_OF={NEXT_DATE}")
    with fresh_database(server_url, sample_template) as url:
        changed_project.seed(url, "risk_factor_settings")
        changed_project.run(url, "int_clients__as_of_dates+", as_of=NEXT_DATE)
        yield url


def test_explanation__is_that_of_the_database(sample_url: str) -> None:
    query, shown = examples()[0]
    assert result(sample_url, query) == shown


def test_what_if__previews_what_the_page_shows(server_url: str, sample_template: str) -> None:
    (command,) = lines(PAGE, "make what-if")
    with fresh_database(server_url, sample_template) as url:
        printed = Shell(environment(DATABASE_URL=url), {}).run(command)
    printed_lines = [" ".join(line.split()) for line in printed.splitlines()]
    shown = shown_output("make what-if")
    assert len(shown) > 5
    assert [line for line in shown if line not in printed_lines] == []


def test_change__gives_the_new_day_the_new_version_and_keeps_the_recorded_ones(
    changed_url: str, changed_project: Project
) -> None:
    query, shown = examples()[1]
    assert result(changed_url, query) == shown
    changed_project.run(changed_url, "int_clients__as_of_dates+", as_of="2026-11-22")
    assert result(changed_url, query) == shown


def test_request__returns_what_the_page_shows(changed_url: str, tmp_path: Path) -> None:
    (command,) = lines(PAGE, "curl")
    with serve(tmp_path, changed_url) as service:
        values = {"http://127.0.0.1:8000": service.base_url, "KEY": API_KEY, "TOKEN": hs256(DEMO_COACH_ID)}
        shell = Shell(environment(), values)
        shell.run(lines(PAGE, "export")[0])
        shell.values = {"http://127.0.0.1:8000": service.base_url}
        printed = shell.run(command)
    without_commas = [line.strip().rstrip(",") for line in printed.splitlines()]
    assert without_commas == [line.rstrip(",") for line in shown_output("curl")]


def test_options__are_those_of_a_run() -> None:
    config = yaml.safe_load(pages.blocks(PAGE, "yaml")[1])["resources"]["options"]["config"]
    assert set(config) <= set(RunOptions.model_fields)
