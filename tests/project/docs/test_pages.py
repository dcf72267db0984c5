"""The generated pages are up to date with the project and the database."""

import json
import re
from collections.abc import Iterator
from csv import DictReader
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer

from tests.support.project import Project
from tools.docs.access_matrix import ROLES, SCHEMAS, privileges, with_privileges
from tools.docs.api_reference import api_reference
from tools.docs.cli_page import cli_page
from tools.docs.entities import entities_page, references
from tools.docs.metric_page import metric_page
from tools.docs.settings_page import SETTINGS_CLASSES, settings_page, variables
from warehouse.cli import app
from warehouse.paths import PROJECT_DIR

REFERENCE = PROJECT_DIR / "docs" / "reference"


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def manifest(sample_url: str, project: Project) -> dict[str, Any]:
    return project.compiled_manifest(sample_url)


def test_metric_page__is_up_to_date(manifest: dict[str, Any]) -> None:
    assert metric_page(manifest) == page("metrics.md"), "run `make docs`"


def test_metric_page__links_to_existing_files() -> None:
    links = set(re.findall(r"\]\(\.\./\.\./([^)]+)\)", page("metrics.md")))
    assert len(links) > 30
    assert [link for link in links if not (PROJECT_DIR / link).exists()] == []


def page_rows() -> Iterator[tuple[str, list[str]]]:
    """The cells of each column's row, with the name of its mart."""
    for section in page("metrics.md").split("\n## ")[1:]:
        for line in section.splitlines():
            if line.startswith("| `"):
                yield section.splitlines()[0], re.split(r"(?<!\\) ?\| ?", line)[1:-1]


def linked(cell: str) -> set[str]:
    return {label.removeprefix("source ") for label in re.findall(r"\[([^\]]+)\]", cell)}


def test_metric_page__names_the_models_and_constants_of_each_formula() -> None:
    """formula_truths.csv is written by hand; a new column of a mart needs a row there."""
    with Path(__file__).with_name("formula_truths.csv").open(encoding="utf-8") as file:
        truths = {
            (row["mart"], row["column"]): (set(row["models"].split()), set(row["constants"].split()))
            for row in DictReader(file)
        }
    found = {
        (mart, column.strip("`")): (linked(formula), linked(constants))
        for mart, (column, _, _, formula, constants) in page_rows()
        if not re.fullmatch("`(id|.*_id)`", column)
    }
    assert found == truths


def test_entities__are_up_to_date(manifest: dict[str, Any]) -> None:
    assert entities_page(manifest) == page("entities.md"), "run `make docs`"
    assert {
        ("language_cues", "utterances", "utterance_id"),
        ("risk_factors", "risk_scores", "risk_score_id"),
    } <= set(references(manifest))


def test_settings_page__is_up_to_date_and_describes_each_setting() -> None:
    assert settings_page() == page("settings.md"), "run `make docs`"
    settings = dict(one for reader in SETTINGS_CLASSES.values() for one in variables(reader))
    assert {"API_KEYS", "CUE_LLM_MODEL", "OPENAI_API_KEY", "ALERT_WEBHOOK_URL"} <= set(settings)
    assert [name for name, info in settings.items() if not info.description] == []


def test_api_page__is_up_to_date() -> None:
    document = json.loads((PROJECT_DIR / "api" / "openapi.json").read_text(encoding="utf-8"))
    assert api_reference(document) == page("api.md"), "run `make docs`"


def test_api_page__contains_every_route_parameter_and_field() -> None:
    document = json.loads((PROJECT_DIR / "api" / "openapi.json").read_text(encoding="utf-8"))
    text = page("api.md")
    names = {
        f"### {method.upper()} `{path}`" for path, methods in document["paths"].items() for method in methods
    }
    for schema, content in document["components"]["schemas"].items():
        names |= {f"### {schema}"} | {f"| `{field}` |" for field in content.get("properties", {})}
    assert [name for name in sorted(names) if name not in text] == []
    anchors = {f"#{heading.lower()}" for heading in re.findall(r"^### (\w+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\((#\w+)\)", text)) <= anchors


def test_cli_page__is_up_to_date() -> None:
    assert cli_page() == page("cli.md"), "run `make docs`"


def test_cli_page__contains_every_command_option_and_target() -> None:
    text = page("cli.md")
    for name, command in typer.main.get_group(app).commands.items():
        section = text.split(f"### warehouse {name}\n")[1].split("\n##")[0]
        options = [option for one in command.params if one.param_type_name == "option" for option in one.opts]
        assert [option for option in options if f"`{option}`" not in section] == []
    makefile = (PROJECT_DIR / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)
    assert [target for target in targets if f"| `{target}` |" not in text] == []


def test_access_table__is_up_to_date(sample_url: str) -> None:
    assert with_privileges(page("database-roles.md"), sample_url) == page("database-roles.md"), (
        "run `make docs`"
    )


def test_schemas__are_all_documented(sample_url: str) -> None:
    with psycopg.connect(sample_url) as connection:
        found = connection.execute(
            "select distinct relnamespace::regnamespace::text from pg_class "
            "where relkind in ('r', 'v', 'p', 'm') and relnamespace::regnamespace::text not in "
            "('pg_catalog', 'information_schema', 'pg_toast')"
        ).fetchall()
    assert {schema for (schema,) in found} == set(SCHEMAS)
    privacy = (PROJECT_DIR / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert [schema for schema in SCHEMAS if f"| `{schema}" not in privacy] == []


def test_access_table__lists_every_relation_with_a_grant(sample_url: str) -> None:
    with psycopg.connect(sample_url) as connection:
        granted = connection.execute(
            "select distinct format('%%s.%%s', table_schema, table_name) "
            "from information_schema.column_privileges where grantee = any(%s)",
            [list(ROLES)],
        ).fetchall()
    assert granted
    assert [name for (name,) in granted if f"| `{name}` |" not in page("database-roles.md")] == []


def test_access_table__shows_a_new_grant(sample_url: str) -> None:
    with psycopg.connect(sample_url, autocommit=True) as connection:
        before = privileges(sample_url)
        connection.execute("grant select on analytics_api.audit_log to warehouse_analyst")
        changed = set(privileges(sample_url).splitlines()) - set(before.splitlines())
        connection.execute("revoke select on analytics_api.audit_log from warehouse_analyst")
    (line,) = changed
    assert line.startswith("| `analytics_api.audit_log` | reads (by row) |")
    assert privileges(sample_url) == before
