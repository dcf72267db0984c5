"""docs/analysts.md: every question is asked as the analyst, and answers what the text promises."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tools.docs.example_queries import Question, analyst_url, questions, with_answers
from warehouse.paths import PROJECT_DIR

PAGE = (PROJECT_DIR / "docs" / "analysts.md").read_text(encoding="utf-8")
QUESTIONS = questions(PAGE)


@pytest.fixture(scope="module")
def analyst(practice_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(analyst_url(practice_url)) as connection:
        yield connection


def test_page__has_ten_questions_and_no_sql_that_is_none() -> None:
    assert len(QUESTIONS) == 10
    assert len(re.findall(r"^```sql$", PAGE, re.MULTILINE)) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.title)
def test_question__is_answered_with_the_columns_that_the_text_promises(
    analyst: psycopg.Connection[Any], question: Question
) -> None:
    cursor = analyst.execute(question.statement.encode())
    assert tuple(column.name for column in cursor.description or ()) == question.columns
    rows = cursor.fetchall()
    assert rows
    for place, column in enumerate(question.columns):
        assert any(row[place] is not None for row in rows), f"{column} is always unknown"


def test_answers__are_those_of_the_practice(practice_url: str) -> None:
    assert with_answers(PAGE, practice_url) == PAGE, "run `make docs`"


def test_select_star__from_cues_is_refused_as_the_page_says(practice_url: str) -> None:
    assert "`select *` from `language_cues` is refused" in PAGE
    with (
        psycopg.connect(analyst_url(practice_url)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute("select * from ai_backend.language_cues")
