"""Whatever a page names is there: pages, files, tables, assets, targets, commands, variables."""

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
from api.dashboard.routes import router as page_router
from dagster_pipelines.definitions import defs
from tests.project.docs import pages
from tools.docs.access_matrix import SCHEMAS
from tools.docs.settings_page import READERS, variables
from warehouse.cli import app
from warehouse.connection import Role
from warehouse.paths import PROJECT_DIR

FILE = re.compile(r"[\w.*-]+\.(py|sql|csv|yml|md|toml|json|ts|lock)|[\w.][\w.*-]*(/[\w.*-]+)+/?|[\w.]+/")
VARIABLE = re.compile(r"(?<![\w.])[A-Z]{3,}_[A-Z_]{3,}\b")
MADE = {".venv", ".warehouse", "run_results.json"}
"""What commands make: the first one the folders, dbt its report."""
PREFIX = "/api/v1/analytics"
PLACES = {"/var/tmp", "/opt/coaching-analytics", "/etc/coaching-analytics.env"}
"""Places of the machine, not of the API; what deploy/ says of the last two is checked with the how-tos."""


def everywhere(pattern: str) -> set[str]:
    """What all pages' code spans hold of this pattern, from start to end."""
    found = (re.fullmatch(pattern, span) for page in pages.PAGES for span in pages.spans(page))
    return {match[0] for match in found if match}


def typed(program: str) -> set[str]:
    """Every call of a program, in console lines and in code spans."""
    calls = {call for page in pages.PAGES for call in pages.console_lines(page) + pages.spans(page)}
    calls = {call.removeprefix(".venv/bin/") for call in calls}
    return {call for call in calls if call.startswith(f"{program} ")}


def test_index__leads_to_every_page() -> None:
    index = pages.DOCS / "README.md"
    lines = [line for line in pages.text(index).splitlines() if line.startswith("- ")]
    found = [link for line in lines for link in pages.LINK.findall(line)]
    there = {str(page.relative_to(pages.DOCS)) for page in pages.PAGES[1:] if page.parent.name != "adr"}
    assert len(found) == len(set(found))
    assert set(found) == (there - {"README.md"}) | {"adr/README.md"}
    assert "docs/README.md" in pages.links(PROJECT_DIR / "README.md")


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
def test_links__lead_to_what_is_there(page: Path) -> None:
    missing = [link for link in pages.links(page) if not (page.parent / link.partition("#")[0]).exists()]
    assert missing == []


def test_files__are_in_the_repository() -> None:
    assets = {"/".join(key.path) for key in defs.resolve_asset_graph().get_all_asset_keys()}
    named = everywhere(FILE.pattern)
    assert {"api/openapi.json", "dbt_project/seeds/", "running_sums.sql", "operations/computed_days"} <= named
    assert [file for file in sorted(named) if not is_there(file) and file not in assets] == []


def is_there(file: str) -> bool:
    """Whether a path, or a bare name in any folder, is that of a file or folder of the project."""
    rooms = (room for room in PROJECT_DIR.iterdir() if not room.name.startswith(".") and room.is_dir())
    in_a_room = "/" not in file and any(True for room in rooms for _ in room.rglob(file))
    return file.rstrip("/") in MADE or any(True for _ in PROJECT_DIR.glob(file)) or in_a_room


def test_models__are_in_the_project() -> None:
    named = everywhere(r"(stg|int)_\w+")
    there = {file.stem for file in (PROJECT_DIR / "dbt_project" / "models").rglob("*.sql")}
    assert "int_transcripts__metrics" in named
    assert sorted(named - there) == []


def test_tables__are_in_the_database(practice_url: str) -> None:
    named = everywhere(rf"({'|'.join(SCHEMAS)})\.\w+") - entry_points().groups
    with psycopg.connect(practice_url) as connection:
        missing = [
            table
            for table in sorted(named)
            if connection.execute("select to_regclass(%s)", [table]).fetchone() == (None,)
        ]
    assert {"operations.quarantined_sessions", "cue_detection.utterance_cues"} <= named
    assert missing == []


def dry_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What make would do, without doing it."""
    command = ["make", "--dry-run", "--always-make", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    return subprocess.run(
        command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False
    )


def test_make__has_the_targets_and_heeds_the_variables() -> None:
    calls = typed("make")
    assert {"make demo UI=1", "make pipeline REBUILD=1", "make test"} <= calls
    for call in sorted(calls):
        _, target, *variables = shlex.split(call)
        plain = dry_run(target)
        assert plain.returncode == 0, (call, plain.stderr)
        for variable in variables:
            assert dry_run(target, variable).stdout != plain.stdout, f"{variable} changes nothing in {call}"


def test_warehouse__has_the_commands_and_options() -> None:
    commands = typer.main.get_group(app).commands
    calls = typed("warehouse")
    assert {"warehouse migrate", "warehouse erase CLIENT_ID --coach COACH_ID"} <= calls
    for call in sorted(calls):
        words = shlex.split(call.replace("[", "").replace("]", ""))
        command = commands.get(words[1])
        assert command, call
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--") and word != "--"} <= known, call


def test_variables__are_read() -> None:
    known = {name for settings in READERS.values() for name, _ in variables(settings)}
    known |= {role.variable for role in Role}
    elsewhere = [*(PROJECT_DIR / "deploy").rglob("*"), *(PROJECT_DIR / "warehouse").glob("*.py")]
    code = "".join(file.read_text(encoding="utf-8") for file in elsewhere if file.is_file())
    known |= set(re.findall(r"(?:\$\{|env: |environ\.get\(\")([A-Z_]+)", code))
    named = {name for page in pages.PAGES for name in VARIABLE.findall(pages.text(page))}
    assert {Role.API.variable, "CUE_ON_LLM_FAILURE", "FAILURE_WEBHOOK_URL", "POSTGRES_PASSWORD"} <= named
    assert sorted(named - known) == []


def test_addresses__are_answered() -> None:
    schema = json.loads((PROJECT_DIR / "api" / "openapi.json").read_text(encoding="utf-8"))
    routes = {path.removeprefix(PREFIX) for path in schema["paths"]} | {
        PREFIX,
        PROXY_PREFIX,
        docs_ui.OPENAPI_ADDRESS,
    }
    routes |= {route.path for router in (docs_ui.router, page_router) for route in router.routes}  # type: ignore[attr-defined]
    shapes = {re.sub(r"\{[^}]+\}", "{}", route) for route in routes}
    named = everywhere(r"(?:(?:GET|PUT|POST|DELETE) )?/[^ ]+")
    assert {"/clients/{id}/trends", "/dashboard/field-descriptions.json", "GET /health/ready"} <= named
    missing = []
    for span in sorted(named):
        path = re.sub(r"\{[^}]+\}", "{}", span.split(" ")[-1]).removesuffix("/…")
        if path.removeprefix(PREFIX) not in shapes and path not in shapes | PLACES:
            missing.append(span)
    assert missing == []
