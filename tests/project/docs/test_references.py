"""Pages, files, sections and decisions cited in docstrings, comments, yml, SQL and pages exist."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest

from tests.project.docs import pages
from tools.docs.access_matrix import SCHEMAS
from warehouse.paths import PROJECT_DIR

SUFFIXES = {
    ".css",
    ".csv",
    ".html",
    ".jinja",
    ".md",
    ".mjs",
    ".py",
    ".sql",
    ".toml",
    ".ts",
    ".tsx",
    ".yaml",
    ".yml",
}
NAMES = {"Makefile", "Dockerfile", "run", ".env.example"}
APPLIED_MIGRATION = re.compile(r"00(0[1-9]|1[0-2])_\w+\.sql")
"""Applied migrations are never edited; later migrations replace their database comments."""
EXCLUDED = {pages.SPECIFICATION, pages.CHANGELOG, Path(__file__)}

PAGE = re.compile(r"(?<![\w./-])docs/[\w./-]*\w\.md\b")
DIRECTORY = re.compile(r"(?<![\w./-])docs/(?:adr|decisions-folded)\b")
PAGE_SECTION = re.compile(r"([\w./-]+\.md)(?:\]\([^)]+\)|`)?, \"([^\"]+)\"")
SPECIFICATION_SECTION = re.compile(r"(?<![\w.])[Ss]pecification(?:'s)?, \"([^\"]+)\"")  # codespell:ignore
DECISION = re.compile(r"\bdecisions? (?:record )?\[?(\d{4})\b")
FORMER_TERM = re.compile(
    r"\bADRs? \d+|\b(?:contract|architecture|style|metrics|API|conventions) page\b|\bmetric dictionary\b"
)
COMMENTS = """
select obj_description(relation.oid, 'pg_class') from pg_class as relation
where relation.relnamespace::regnamespace::text = any(%(schemas)s)
union all
select col_description(attribute.attrelid, attribute.attnum) from pg_attribute as attribute
inner join pg_class as relation on attribute.attrelid = relation.oid
where relation.relnamespace::regnamespace::text = any(%(schemas)s) and attribute.attnum > 0
union all
select obj_description(oid, 'pg_proc') from pg_proc where pronamespace::regnamespace::text = any(%(schemas)s)
"""


def source_files() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT_DIR, check=True, capture_output=True, text=True
    ).stdout
    for name in listed.splitlines():
        path = PROJECT_DIR / name
        is_text = path.suffix in SUFFIXES or path.name in NAMES
        if is_text and path.is_file() and path not in EXCLUDED and not APPLIED_MIGRATION.match(path.name):
            yield path


def unwrapped(text: str) -> str:
    """The text with wrapped comments and docstrings on one line."""
    return re.sub(r"\s*\n[ \t]*(?:#|--|//|\*)?[ \t]*", " ", text)


@cache
def headings_of(name: str) -> frozenset[str]:
    """Headings of a page, cited by its path or by its name."""
    found = [page for page in PROJECT_DIR.rglob(Path(name).name) if str(page).endswith(name.lstrip("./"))]
    return frozenset(
        heading for page in found if ".venv" not in page.parts for heading in pages.headings(page)
    )


def dangling(text: str) -> set[str]:
    """Citations in a text that lead nowhere."""
    text = unwrapped(text)
    found = {one for one in PAGE.findall(text) if not (PROJECT_DIR / one).is_file()}
    found |= set(DIRECTORY.findall(text)) | set(FORMER_TERM.findall(text))
    found |= {
        f'{page}, "{section}"'
        for page, section in PAGE_SECTION.findall(text)
        if section not in headings_of(page)
    }
    specification = pages.headings(pages.SPECIFICATION)
    found |= {
        f'specification, "{section}"'
        for section in SPECIFICATION_SECTION.findall(text)
        if section not in specification
    }
    decisions = {page.name[:4] for page in (pages.DOCS / "decisions").glob("0*.md")}
    return found | {f"decision {number}" for number in DECISION.findall(text) if number not in decisions}


def described(citations: Iterable[tuple[str, set[str]]]) -> list[str]:
    return [f"{where}: {', '.join(sorted(found))}" for where, found in citations if found]


def test_citations__in_files_exist() -> None:
    files = list(source_files())
    assert len(files) > 400
    found = ((pages.name(file), dangling(file.read_text(encoding="utf-8"))) for file in files)
    assert described(found) == []


def test_citations__in_database_comments_exist(sample_url: str) -> None:
    with psycopg.connect(sample_url) as connection:
        comments = connection.execute(COMMENTS, {"schemas": list(SCHEMAS)}).fetchall()
    found = [(comment, dangling(comment)) for (comment,) in comments if comment]
    assert len(found) > 100
    assert described(found) == []


@pytest.mark.parametrize(
    "text",
    [
        "see docs/metrics/missing.md",
        "# (docs/adr/0042)",
        "-- ADR 0042",
        "as the architecture page says",
        'docs/reference/specification.md, "No Such Section"',
        '# (specification, "No\n# Such Section")',
        "[decision 0099](decisions/0099-x.md)",
    ],
)
def test_dangling__finds_a_citation_that_leads_nowhere(text: str) -> None:
    assert dangling(text)


@pytest.mark.parametrize(
    "text",
    [
        "docs/reference/metrics.md",
        'docs/reference/specification.md, "Risk Scoring Algorithm"',
        '# (specification, "Celery Beat\n# Schedule")',
        "[decision 0009](../decisions/0009-alert-episodes.md)",
        '[orchestration.md](orchestration.md), "Notifications"',
    ],
)
def test_dangling__accepts_a_citation_that_exists(text: str) -> None:
    assert dangling(text) == set()
