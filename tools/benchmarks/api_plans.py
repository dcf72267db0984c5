"""Scans in each query's plan, and the slowdown with ten times the history.

The history is copied for the coach with the most clients, in a transaction that is rolled back.
"""

import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import ClientCursor, sql

from api.coach import routes as coach_routes
from api.db.client import ASYNCHRONOUS_COMMIT, SET_TENANT
from api.db.queries import Query, prepared_statements
from tools.benchmarks.api_pgbench import QUERIES
from warehouse.connection import LoginRole

HISTORY_FACTOR = 10
REPETITIONS = 200
SMALL_TABLE_ROWS = 500
AT_RISK = (coach_routes.AT_RISK, {"levels": ["high", "critical"], "limit": 50, "offset": 0})
PAGE = {"limit": 5}
"""Short enough to be full before the history grows, so that both responses have the same length."""
READS: dict[str, tuple[Query, dict[str, object]]] = {
    name: (query, parameters | (PAGE if "limit" in parameters else {}))
    for name, (query, parameters) in (QUERIES | {"/coach/at-risk-clients": AT_RISK}).items()
}
MARTS = (
    "public.coach_clients",
    "ai_backend.session_analytics",
    "ai_backend.client_analytics",
    "ai_backend.risk_scores",
    "ai_backend.risk_alert_episodes",
)
LISTS = ("/risk/alerts", "/coach/at-risk-clients", "/clients/{id}/sessions")
NEW_ID = "md5({}::text || 'past' || n)::uuid"
COPY_CHANGES = {
    "ai_backend.session_analytics": {
        "id": NEW_ID.format("id"),
        "job_id": NEW_ID.format("job_id"),
        "session_date": "session_date - 1000 * n",
    },
    "ai_backend.risk_scores": {"id": NEW_ID.format("id"), "as_of_date": "as_of_date - 1000 * n"},
    "ai_backend.risk_alert_episodes": {
        "id": NEW_ID.format("id"),
        "opened_date": "opened_date - 1000 * n",
        "resolved_date": "opened_date - 1000 * n + 1",
        "resolved_at": "created_at - make_interval(days => 1000 * n - 1)",
        "created_at": "created_at - make_interval(days => 1000 * n)",
    },
}
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Plans:
    """Query plans by route."""

    rows: dict[str, int]
    """Rows by table."""
    scans: dict[str, list[str]]
    sequential: list[str]
    """Sequential scans of large tables."""
    slowdown: dict[str, float]
    """Time of each list with the larger history ÷ before."""


def plans(url: str, coach: UUID, client: UUID) -> Plans:
    """Explain the queries, then repeat the lists with a larger history. Rolls back all changes."""
    with psycopg.connect(url, cursor_factory=ClientCursor) as connection:
        rows = {table.split(".")[1]: _count(connection, table) for table in MARTS}
        nodes = {name: list(_scans(connection, name, coach, client)) for name in READS}
        before = {name: _median(connection, name, coach, client) for name in LISTS}
        connection.execute(
            "alter table ai_backend.session_analytics drop constraint session_analytics_job_id_fkey"
        )
        for table, changes in COPY_CHANGES.items():
            _copy(connection, table, changes, coach)
        after = {name: _median(connection, name, coach, client) for name in LISTS}
        connection.rollback()
    sequential = [
        f"{name}: {table}"
        for name, scans in nodes.items()
        for kind, table in scans
        if kind == "Seq Scan" and rows.get(table, 0) > SMALL_TABLE_ROWS
    ]
    scans = {name: list(dict.fromkeys(f"{table} ({kind})" for kind, table in s)) for name, s in nodes.items()}
    return Plans(rows, scans, sequential, {name: after[name] / before[name] for name in LISTS})


def _copy(connection: Connection, table: str, changes: dict[str, str], coach: UUID) -> None:
    fields = sql.SQL(", ").join(
        sql.SQL("{}, {}").format(column, sql.SQL(change)) for column, change in changes.items()
    )
    connection.execute(
        sql.SQL(
            "insert into {table} select changed.* from {table} as old "
            "cross join generate_series(1, {times}) as n "
            "cross join lateral jsonb_populate_record(old, jsonb_build_object({fields})) as changed "
            "where old.coach_id = {coach}"
        ).format(
            table=sql.Identifier(*table.split(".")),
            times=HISTORY_FACTOR - 1,
            fields=fields,
            coach=sql.Literal(coach),
        )
    )
    connection.execute(sql.SQL("analyze {}").format(sql.Identifier(*table.split("."))))


def _count(connection: Connection, table: str) -> int:
    row = connection.execute(
        sql.SQL("select count(*) from {}").format(sql.Identifier(*table.split(".")))
    ).fetchone()
    return int(row[0]) if row else 0


def _prepare(connection: Connection, name: str, coach: UUID, client: UUID) -> str:
    """Switch to the API's role for this coach, prepare the query and return its EXECUTE statement."""
    query, parameters = READS[name]
    [statement] = prepared_statements(query, audited=False)
    values = parameters | {
        "coach_id": coach,
        "client_id": client,
        "now": "2026-11-22T12:00:00+00:00",
        "timeout": "60s",
    }
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(LoginRole.API.database_role)))
    connection.execute((SET_TENANT + ASYNCHRONOUS_COMMIT).encode(), values)
    connection.execute(b"deallocate all")
    connection.execute(b"prepare read as " + statement.text)
    placeholders = ", ".join(f"%({parameter})s" for parameter in statement.parameters)
    return ClientCursor(connection).mogrify(f"execute read ({placeholders})".encode(), values)


def _median(connection: Connection, name: str, coach: UUID, client: UUID) -> float:
    execute = _prepare(connection, name, coach, client).encode()
    seconds = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        connection.execute(execute).fetchone()
        seconds.append(time.perf_counter() - started)
    connection.execute("reset role")
    return statistics.median(seconds)


def _scans(connection: Connection, name: str, coach: UUID, client: UUID) -> Iterator[tuple[str, str]]:
    execute = _prepare(connection, name, coach, client)
    row = connection.execute(f"explain (format json) {execute}".encode()).fetchone()
    connection.execute("reset role")
    plan = row[0] if row else []
    yield from _walk(plan if isinstance(plan, list) else json.loads(plan))


def _walk(node: Any) -> Iterator[tuple[str, str]]:
    """Node type and table of each node that scans a table."""
    if isinstance(node, list):
        for part in node:
            yield from _walk(part)
    elif isinstance(node, dict):
        if "Relation Name" in node:
            yield node["Node Type"], node["Relation Name"]
        for part in node.values():
            yield from _walk(part)
