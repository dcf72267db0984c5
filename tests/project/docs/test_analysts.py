"""docs/analysts.md: each query runs as the analyst and returns the documented columns and rows."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tools.docs.example_queries import ExampleQuery, analyst_url, example_queries, with_results
from warehouse.paths import PROJECT_DIR

PAGE = (PROJECT_DIR / "docs" / "analysts.md").read_text(encoding="utf-8")
QUERIES = example_queries(PAGE)


@pytest.fixture(scope="module")
def analyst(sample_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(analyst_url(sample_url)) as connection:
        yield connection


def test_page__has_ten_queries() -> None:
    assert len(QUERIES) == 10
    assert len(re.findall(r"^```sql$", PAGE, re.MULTILINE)) == len(QUERIES)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.title)
def test_query__returns_the_documented_columns(analyst: psycopg.Connection[Any], query: ExampleQuery) -> None:
    cursor = analyst.execute(query.statement.encode())
    assert tuple(column.name for column in cursor.description or ()) == query.columns
    rows = cursor.fetchall()
    assert rows
    for position, column in enumerate(query.columns):
        assert any(row[position] is not None for row in rows), f"{column} is always null"


def test_results__are_those_of_the_sample_data(sample_url: str) -> None:
    assert with_results(PAGE, sample_url) == PAGE, "run `make docs`"


def test_select_star__from_language_cues_is_refused(sample_url: str) -> None:
    assert "`select *` from `language_cues` is refused" in PAGE
    with (
        psycopg.connect(analyst_url(sample_url)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute("select * from ai_backend.language_cues")
