"""Not there and not yours take like time: the same plan, and the same work within a few pages.

Counted by Postgres, so that no test depends on a clock; what a clock says, `make bench-api` prints.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import ClientCursor

from api.db.queries import load, prepared
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import Known, known
from tests.api.test_row_security import QUESTIONS, become, everything, name_of, other  # noqa: F401
from tests.support.databases import as_role

MAX_PAGES_APART = 4
AN_ID = re.compile(r"\b(?!coach_id\b)(?:\w+_)?id = %\(")
WITH_ID = [path for path in QUESTIONS if AN_ID.search(path.read_text())]


@pytest.fixture
def api(practice_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(as_role(practice_url, "warehouse_api"), cursor_factory=ClientCursor) as connection:
        yield connection
        connection.rollback()


def work(api: psycopg.Connection[Any], path: Path, given: dict[str, Any]) -> tuple[Any, int]:
    """The plan of a question for these ids, as the service has it, and the pages that it looked at."""
    [statement] = prepared(load(f"api.{path.parent.name}", path.stem), audited=False)
    api.execute("set plan_cache_mode = force_generic_plan")
    api.execute("deallocate all")
    api.execute(b"prepare question as " + statement.text)
    values = ", ".join(f"%({parameter})s" for parameter in statement.parameters)
    explained = f"explain (analyze, buffers, timing off, costs off, format json) execute question ({values})"
    for _ in range(2):  # the first time fills the caches of the connection
        row = api.execute(explained.encode(), given).fetchone()
        assert row is not None
        plan = row[0][0]["Plan"]
    return shape(plan), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def shape(plan: dict[str, Any]) -> Any:
    return plan["Node Type"], plan.get("Index Name"), [shape(child) for child in plan.get("Plans", [])]


@pytest.mark.parametrize("path", WITH_ID, ids=name_of)
def test_question__does_the_same_for_what_is_not_there_and_what_is_not_yours(
    api: psycopg.Connection[Any],
    owner: Owner,
    other: Known,  # noqa: F811
    path: Path,
) -> None:
    mine = known(owner, DEMO_COACH_ID).coach_id
    become(api, mine)
    task = {"status": 200, "route": "", "correlation_id": ""}
    foreign = everything(other, uuid4()) | {"coach_id": mine} | task
    missing = everything(Known(mine, uuid4(), uuid4(), uuid4()), uuid4()) | task
    plan, pages = work(api, path, foreign)
    other_plan, other_pages = work(api, path, missing)
    assert plan == other_plan
    assert abs(pages - other_pages) <= MAX_PAGES_APART


def test_questions__with_an_id_are_found() -> None:
    assert {"sessions/session", "clients/risk", "risk/alert", "compute/task"} <= set(map(name_of, WITH_ID))
