"""docs/analysts.md: runs each example query with the analyst's role and writes its result below it."""

import re
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

ANALYST = "warehouse_analyst"
QUERY_SECTION = re.compile(
    r"^## (?P<title>\d+\. .+?)\n.*?^Columns: (?P<columns>.+?)\n\n```sql\n(?P<statement>.+?)```\n\n"
    r"<!-- result -->\n(?P<result>.*?)<!-- /result -->$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class ExampleQuery:
    """A section of the page with a query."""

    title: str
    columns: tuple[str, ...]
    """Names of the documented result columns, in order."""
    statement: str


def example_queries(page: str) -> list[ExampleQuery]:
    """The page's queries, in order."""
    return [
        ExampleQuery(m["title"], tuple(re.findall(r"`(\w+)`", m["columns"])), m["statement"])
        for m in QUERY_SECTION.finditer(page)
    ]


def analyst_url(owner_url: str) -> str:
    """The owner's URL with the analyst's role."""
    return make_conninfo(owner_url, options=f"-c role={ANALYST} -c timezone=UTC")


def with_results(page: str, owner_url: str) -> str:
    """The page with the current result of every query."""
    with psycopg.connect(analyst_url(owner_url)) as connection:

        def replace(match: re.Match[str]) -> str:
            head = match[0][: match.start("result") - match.start()]
            return f"{head}{result_table(connection, match['statement'])}<!-- /result -->"

        return QUERY_SECTION.sub(replace, page)


def result_table(connection: psycopg.Connection[Any], statement: str) -> str:
    """The rows as a Markdown table; null is shown as a dash."""
    cursor = connection.execute(statement.encode())
    names = [column.name for column in cursor.description or ()]
    rows = [["-" if value is None else str(value) for value in row] for row in cursor]
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
