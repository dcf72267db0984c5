"""The written pages are in step with the project and the database."""

import re
from collections.abc import Iterator
from csv import DictReader
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.project import Project
from tools.docs.access_matrix import SCHEMAS, rights, with_rights
from tools.docs.entities import entities_page, references
from tools.docs.metric_page import metric_page
from tools.docs.settings_page import READERS, settings_page, variables
from warehouse.paths import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def manifest(practice_url: str, project: Project) -> dict[str, Any]:
    return project.compiled_manifest(practice_url)


def test_metric_page__is_in_step(manifest: dict[str, Any]) -> None:
    assert metric_page(manifest) == page("reference/metrics.md"), "run `make docs`"


def test_metric_page__leads_to_files_that_are_there() -> None:
    links = set(re.findall(r"\]\(\.\./\.\./([^)]+)\)", page("reference/metrics.md")))
    assert len(links) > 30
    assert [link for link in links if not (PROJECT_DIR / link).exists()] == []


def page_rows() -> Iterator[tuple[str, list[str]]]:
    """The cells of each column's row, with the name of its mart."""
    for section in page("reference/metrics.md").split("\n## ")[1:]:
        for line in section.splitlines():
            if line.startswith("| `"):
                yield section.splitlines()[0], re.split(r"(?<!\\) ?\| ?", line)[1:-1]


def linked(cell: str) -> str:
    return " ".join(label.removeprefix("source ") for label in re.findall(r"\[([^\]]+)\]", cell))


def test_metric_page__names_the_models_and_constants_of_each_formula() -> None:
    """Against what a reader of the models wrote down; a new column of a mart needs a row there."""
    with Path(__file__).with_name("formula_truths.csv").open(encoding="utf-8") as file:
        truths = {(row["mart"], row["column"]): (row["models"], row["constants"]) for row in DictReader(file)}
    found = {
        (mart, column.strip("`")): (linked(formula), linked(constants))
        for mart, (column, _, _, formula, constants) in page_rows()
        if not re.fullmatch("`(id|.*_id)`", column)
    }
    assert found == truths


def test_entities__are_in_step(manifest: dict[str, Any]) -> None:
    assert entities_page(manifest) == page("reference/entities.md"), "run `make docs`"
    assert {
        ("language_cues", "utterances", "utterance_id"),
        ("risk_factors", "risk_scores", "risk_score_id"),
    } <= set(references(manifest))


def test_settings_page__is_in_step_and_explains_each_setting() -> None:
    assert settings_page() == page("reference/settings.md"), "run `make docs`"
    settings = dict(one for reader in READERS.values() for one in variables(reader))
    assert {"API_KEYS", "CUE_LLM_MODEL", "OPENAI_API_KEY", "ALERT_WEBHOOK_URL"} <= set(settings)
    assert [name for name, info in settings.items() if not info.description] == []


def test_rights__are_those_of_the_database(practice_url: str) -> None:
    assert with_rights(page("privacy.md"), practice_url) == page("privacy.md"), "run `make docs`"


def test_privacy__names_every_table_of_the_project_s_schemas(practice_url: str) -> None:
    with psycopg.connect(practice_url) as connection:
        found = connection.execute(
            "select relnamespace::regnamespace::text, relname from pg_class "
            "where relkind in ('r', 'v', 'p', 'm') and relnamespace::regnamespace::text not in "
            "('pg_catalog', 'information_schema', 'pg_toast')"
        ).fetchall()
    assert {schema for schema, _ in found} == set(SCHEMAS)
    assert [name for name in found if f"`{'.'.join(name)}`" not in page("privacy.md")] == []
    schemas = page("privacy.md").split("## Who can read what")[0]
    assert [schema for schema in SCHEMAS if f"`{schema}" not in schemas] == []


def test_rights__show_a_grant_that_is_given(practice_url: str) -> None:
    with psycopg.connect(practice_url, autocommit=True) as connection:
        before = rights(practice_url)
        connection.execute("grant select on analytics_api.audit_log to warehouse_analyst")
        changed = set(rights(practice_url).splitlines()) - set(before.splitlines())
        connection.execute("revoke select on analytics_api.audit_log from warehouse_analyst")
    (line,) = changed
    assert line.startswith("| `analytics_api.audit_log` | reads (by row) |")
    assert rights(practice_url) == before
