"""Files, models, tables, assets, targets, commands, variables and routes named in a page exist."""

import json
import os
import re
import shlex
import subprocess
from importlib.metadata import entry_points
from pathlib import Path

import psycopg
import pytest
import typer

from api import docs_ui
from api.dashboard.proxy import PROXY_PREFIX
from api.dashboard.routes import router as dashboard_router
from dagster_pipelines.definitions import defs
from tests.project.docs import pages
from tools.docs.access_matrix import SCHEMAS
from tools.docs.settings_page import SETTINGS_CLASSES, variables
from warehouse.cli import app
from warehouse.connection import LoginRole
from warehouse.paths import PROJECT_DIR
from warehouse.setting_aliases import ALIASES

FILE = re.compile(r"[\w.*-]+\.(py|sql|csv|yml|md|toml|json|ts|lock)|[\w.][\w.*-]*(/[\w.*-]+)+/?|[\w.]+/")
VARIABLE = re.compile(r"(?<![\w.])[A-Z]{3,}_[A-Z_]{3,}\b")
CREATED_BY_COMMANDS = {".venv", ".warehouse", "site/", "run_results.json", "receiver.py", "receiver.ts"}
PREFIX = "/api/v1/analytics"
SYSTEM_PATHS = {"/var/tmp", "/opt/coaching-analytics", "/etc/coaching-analytics.env"}
NAMED_PAGES = [page for page in pages.PAGES if page not in pages.GENERATED]


def matching_spans(pattern: str) -> set[str]:
    """Code spans of all pages that match a pattern as a whole."""
    found = (re.fullmatch(pattern, span) for page in NAMED_PAGES for span in pages.spans(page))
    return {match[0] for match in found if match}


def calls_of(program: str) -> set[str]:
    """Every call of a program, in console lines and in code spans."""
    calls = {call for page in NAMED_PAGES for call in pages.console_lines(page) + pages.spans(page)}
    calls = {call.removeprefix(".venv/bin/") for call in calls}
    return {call for call in calls if call.startswith(f"{program} ")}


def test_index__links_to_every_page() -> None:
    found = [link for link in pages.links(pages.INDEX) if link.endswith(".md")]
    existing = {page for page in pages.DOCS.rglob("*.md") if page.parent.name != "decisions"}
    existing.add(pages.DOCS / "decisions" / "README.md")
    assert len(found) == len(set(found))
    assert {pages.DOCS / link for link in found} == existing - {pages.INDEX}
    assert pages.INDEX in pages.linked_files(PROJECT_DIR / "README.md")


def test_index_of_decisions__links_to_every_decision() -> None:
    index = pages.DOCS / "decisions" / "README.md"
    existing = {page for page in index.parent.glob("*.md") if page != index}
    assert pages.linked_files(index) == existing


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_links__point_to_existing_files(page: Path) -> None:
    missing = [link for link in pages.links(page) if not (page.parent / link.partition("#")[0]).exists()]
    assert missing == []


def test_files__are_in_the_repository() -> None:
    assets = {"/".join(key.path) for key in defs.resolve_asset_graph().get_all_asset_keys()}
    named = matching_spans(FILE.pattern)
    assert {"api/openapi.json", "dbt_project/seeds/", "operations/computed_dates"} <= named
    assert [file for file in sorted(named) if not exists(file) and file not in assets] == []


def exists(file: str) -> bool:
    """Whether a path, or a bare name in any directory, is that of a file or directory of the project."""
    if file in CREATED_BY_COMMANDS or any(True for _ in PROJECT_DIR.glob(file.rstrip("/"))):
        return True
    directories = (one for one in PROJECT_DIR.iterdir() if not one.name.startswith(".") and one.is_dir())
    return "/" not in file and any(True for directory in directories for _ in directory.rglob(file))


def test_models__are_in_the_project() -> None:
    named = matching_spans(r"(stg|int)_\w+")
    existing = {file.stem for file in (PROJECT_DIR / "dbt_project" / "models").rglob("*.sql")}
    assert "int_transcripts__metrics" in named
    assert sorted(named - existing) == []


def test_tables__are_in_the_database(sample_url: str) -> None:
    named = matching_spans(rf"({'|'.join(SCHEMAS)})\.\w+") - entry_points().groups
    with psycopg.connect(sample_url) as connection:
        missing = [
            table
            for table in sorted(named)
            if connection.execute("select to_regclass(%s)", [table]).fetchone() == (None,)
        ]
    assert {"operations.quarantined_sessions", "cue_detection.utterance_cues"} <= named
    assert missing == []


def dry_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--dry-run", "--always-make", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    return subprocess.run(
        command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False
    )


def test_make__has_the_targets_and_uses_the_variables() -> None:
    calls = calls_of("make")
    assert {"make demo UI=1", "make pipeline REBUILD=1", "make test"} <= calls
    for call in sorted(calls):
        _, target, *variables = shlex.split(call)
        plain = dry_run(target)
        assert plain.returncode == 0, (call, plain.stderr)
        for variable in variables:
            assert dry_run(target, variable).stdout != plain.stdout, f"{variable} changes nothing in {call}"


def test_warehouse__has_the_commands_and_options() -> None:
    commands = typer.main.get_group(app).commands
    calls = calls_of("warehouse")
    assert {"warehouse migrate", "warehouse erase CLIENT_ID --coach COACH_ID"} <= calls
    for call in sorted(calls):
        words = shlex.split(call.replace("[", "").replace("]", ""))
        command = commands.get(words[1])
        assert command, call
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--") and word != "--"} <= known, call


def test_variables__are_read() -> None:
    known = {name for settings in SETTINGS_CLASSES.values() for name, _ in variables(settings)}
    known |= {role.variable for role in LoginRole}
    others = [*(PROJECT_DIR / "deploy").rglob("*"), *(PROJECT_DIR / "warehouse").glob("*.py")]
    code = "".join(file.read_text(encoding="utf-8") for file in others if file.is_file())
    known |= set(re.findall(r"(?:\$\{|env: |environ\.get\(\")([A-Z_]+)", code))
    known |= {"PYTHONDONTWRITEBYTECODE", "DAGSTER_HOME"} | set(ALIASES)
    code_of_pages = [text for page in NAMED_PAGES for text in pages.spans(page) + pages.console_lines(page)]
    named = {name for text in code_of_pages for name in VARIABLE.findall(text)}
    assert {LoginRole.API.variable, "CUE_ON_LLM_FAILURE", "FAILURE_WEBHOOK_URL", "POSTGRES_PASSWORD"} <= named
    assert sorted(named - known) == []


def test_routes__exist() -> None:
    schema = json.loads((PROJECT_DIR / "api" / "openapi.json").read_text(encoding="utf-8"))
    routes = {path.removeprefix(PREFIX) for path in schema["paths"]} | {
        PREFIX,
        PROXY_PREFIX,
        docs_ui.OPENAPI_PATH,
    }
    routes |= {route.path for router in (docs_ui.router, dashboard_router) for route in router.routes}  # type: ignore[attr-defined]
    shapes = {re.sub(r"\{[^}]+\}", "{}", route) for route in routes}
    named = matching_spans(r"(?:(?:GET|PUT|POST|DELETE) )?/[^ ]+")
    assert {"/clients/{id}/trends", "/dashboard/field-descriptions.json", "GET /health/ready"} <= named
    missing = []
    for span in sorted(named):
        path = re.sub(r"\{[^}]+\}", "{}", span.split(" ")[-1]).removesuffix("/…")
        if path.removeprefix(PREFIX) not in shapes and path not in shapes | SYSTEM_PATHS:
            missing.append(span)
    assert missing == []
