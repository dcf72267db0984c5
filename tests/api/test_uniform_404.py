"""Missing and foreign ids take equal time: the same query plan, and nearly the same number of buffer reads.

Buffers are counted instead of time, which would be flaky; `make bench-api` reports times.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import ClientCursor

from api.db.queries import load, prepared_statements
from sample import DEMO_COACH_ID
from tests.api.assertions import Owner
from tests.api.routes import OwnedIds, owned_ids
from tests.api.test_row_security import QUERIES, name_of, other, query_parameters, set_tenant  # noqa: F401
from tests.support.databases import as_role

MAX_BUFFER_DIFFERENCE = 4
ID_PARAMETER = re.compile(r"\b(?!coach_id\b)(?:\w+_)?id = %\(")
WITH_ID = [path for path in QUERIES if ID_PARAMETER.search(path.read_text())]


@pytest.fixture
def api(practice_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(as_role(practice_url, "warehouse_api"), cursor_factory=ClientCursor) as connection:
        yield connection
        connection.rollback()


def plan_and_buffers(api: psycopg.Connection[Any], path: Path, parameters: dict[str, Any]) -> tuple[Any, int]:
    """Returns the shape of the generic plan, as the service uses it, and the number of buffer reads."""
    [statement] = prepared_statements(load(f"api.{path.parent.name}", path.stem), audited=False)
    api.execute("set plan_cache_mode = force_generic_plan")
    api.execute("deallocate all")
    api.execute(b"prepare query as " + statement.text)
    values = ", ".join(f"%({parameter})s" for parameter in statement.parameters)
    explained = f"explain (analyze, buffers, timing off, costs off, format json) execute query ({values})"
    for _ in range(2):  # the first run fills the catalog caches of the connection
        row = api.execute(explained.encode(), parameters).fetchone()
        assert row is not None
        plan = row[0][0]["Plan"]
    return shape(plan), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def shape(plan: dict[str, Any]) -> Any:
    return plan["Node Type"], plan.get("Index Name"), [shape(child) for child in plan.get("Plans", [])]


@pytest.mark.parametrize("path", WITH_ID, ids=name_of)
def test_query__does_the_same_work_for_missing_and_foreign_ids(
    api: psycopg.Connection[Any],
    owner: Owner,
    other: OwnedIds,  # noqa: F811
    path: Path,
) -> None:
    coach_id = owned_ids(owner, DEMO_COACH_ID).coach_id
    set_tenant(api, coach_id)
    audit = {"status": 200, "route": "", "correlation_id": ""}
    foreign = query_parameters(other, uuid4()) | {"coach_id": coach_id} | audit
    missing = query_parameters(OwnedIds(coach_id, uuid4(), uuid4(), uuid4()), uuid4()) | audit
    plan, buffers = plan_and_buffers(api, path, foreign)
    other_plan, other_buffers = plan_and_buffers(api, path, missing)
    assert plan == other_plan
    assert abs(buffers - other_buffers) <= MAX_BUFFER_DIFFERENCE


def test_queries__with_an_id_are_discovered() -> None:
    assert {"sessions/session", "clients/risk", "risk/alert", "compute/task"} <= set(map(name_of, WITH_ID))
