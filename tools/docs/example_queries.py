"""docs/analysts.md: runs each question's SQL as the analyst and writes the answer below it."""

import re
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

ANALYST = "warehouse_analyst"
QUESTION = re.compile(
    r"^## (?P<title>\d+\. .+?)\n.*?^Columns: (?P<columns>.+?)\n\n```sql\n(?P<statement>.+?)```\n\n"
    r"<!-- answer -->\n(?P<answer>.*?)<!-- /answer -->$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Question:
    """One question of the page: what it promises, and how it is asked."""

    title: str
    columns: tuple[str, ...]
    """Names of the columns that the text promises, in order."""
    statement: str


def questions(page: str) -> list[Question]:
    """The page's questions, in order."""
    return [
        Question(m["title"], tuple(re.findall(r"`(\w+)`", m["columns"])), m["statement"])
        for m in QUESTION.finditer(page)
    ]


def analyst_url(owner_url: str) -> str:
    """The owner's address, with nothing but the analyst's rights."""
    return make_conninfo(owner_url, options=f"-c role={ANALYST} -c timezone=UTC")


def with_answers(page: str, owner_url: str) -> str:
    """The page with every answer as the database gives it now."""
    with psycopg.connect(analyst_url(owner_url)) as connection:

        def answered(match: re.Match[str]) -> str:
            head = match[0][: match.start("answer") - match.start()]
            return f"{head}{ask(connection, match['statement'])}<!-- /answer -->"

        return QUESTION.sub(answered, page)


def ask(connection: psycopg.Connection[Any], statement: str) -> str:
    """Rows as a markdown table; unknown is a dash."""
    cursor = connection.execute(statement.encode())
    names = [column.name for column in cursor.description or ()]
    rows = [["-" if value is None else str(value) for value in row] for row in cursor]
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
