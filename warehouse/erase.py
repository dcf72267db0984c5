"""`warehouse erase CLIENT_ID`: deletes a client's data permanently.

Source rows belong to the upstream service and stay. Rows of this project are deleted from every table that
has a column for the client or the client's sessions, including tables that are added later. The erased jobs
are recorded in warehouse.erased_jobs, which staging excludes (docs/decisions/0003-client-erasure.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from uuid import UUID

import psycopg
from psycopg import sql

from warehouse.connection import connect
from warehouse.write_lock import acquire_write_lock

# All tables in the project's schemas and, in ai_backend, which upstream also uses, those with the row-level
# security of the marts.
TABLES = """
select c.oid::regclass::text, n.nspname, c.relname,
    array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0) as columns,
    array(
        select confrelid::regclass::text from pg_constraint where conrelid = c.oid and contype = 'f'
    ) as parents
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where c.relkind in ('r', 'p') and (
    n.nspname in ('analytics_intermediate', 'cue_detection', 'analytics_api', 'operations', 'what_if')
    or (n.nspname = 'ai_backend' and exists (
        select from pg_policy as p where p.polrelid = c.oid and p.polname = 'own_coach'
    ))
)
"""
# Column -> condition for rows of the client; applied to the columns that a table has.
CLIENT_ROWS = {
    "client_id": "(client_id = %(client)s and (%(coach)s::uuid is null or coach_id = %(coach)s))",
    "job_id": "job_id in (select job_id from erased)",
    "transcript_id": "transcript_id in (select t.id from ai_backend.transcripts as t "
    "inner join erased as e on t.job_id = e.job_id)",
}
# Blocks concurrent writes of the API, and includes those in progress in the erasure.
LOCK_REQUESTS = """
lock table analytics_api.alert_acknowledgements, analytics_api.compute_requests, analytics_api.audit_log
in share row exclusive mode
"""
KEPT_WITHOUT_IDS = ("analytics_api.audit_log",)
"""Tables whose rows are kept as a record, without the ids."""


@dataclass(frozen=True)
class Removed:
    """Removed rows of one table."""

    table: str
    rows: int
    is_row_kept: bool = False
    """The rows are kept without the ids of client and session."""


@dataclass(frozen=True)
class Erasure:
    """Result of an erasure."""

    removed: list[Removed]
    """Tables with rows of the client."""
    excluded_jobs: int
    """Number of the client's jobs that later runs exclude."""


@dataclass(frozen=True)
class _Table:
    name: str
    identifier: sql.Identifier
    columns: list[str]


def erase_client(
    client_id: UUID,
    coach_id: UUID | None = None,
    timeout_seconds: float = 3600,
    report: Callable[[str], None] = lambda _: None,
) -> Erasure:
    """Erase a client's data with one coach or all, in one transaction; idempotent.

    Runs as the owner and acquires the write lock, so that no pipeline step writes meanwhile; later steps
    exclude the erased jobs. Raises WriteLockTimeoutError after `timeout_seconds`, and WarehouseError if the
    database cannot be reached.
    """
    with connect(autocommit=True) as connection:
        acquire_write_lock(connection, timeout_seconds, report)
        with connection.transaction():
            return _erase(connection, {"client": client_id, "coach": coach_id})


def _erase(connection: psycopg.Connection, client: dict[str, UUID | None]) -> Erasure:
    connection.execute(LOCK_REQUESTS)
    connection.execute(
        "create temporary table erased on commit drop as "
        "select id as job_id, coach_id, client_id from ai_backend.transcription_jobs "
        "where client_id = %(client)s and (%(coach)s::uuid is null or coach_id = %(coach)s)",
        client,
    )
    responses = _llm_response_count(connection)
    removed = [_remove(connection, table, client) for table in _tables(connection)]
    # deleted with their last use by a trigger
    removed.append(Removed("cue_detection.llm_answers", responses - _llm_response_count(connection)))
    excluded = connection.execute(
        "insert into warehouse.erased_jobs (job_id, coach_id, client_id) "
        "select job_id, coach_id, client_id from erased on conflict (job_id) do nothing"
    ).rowcount
    return Erasure([result for result in removed if result.rows], excluded)


def _llm_response_count(connection: psycopg.Connection) -> int:
    row = connection.execute("select count(*) from cue_detection.llm_answers").fetchone()
    return int(row[0]) if row else 0


def _tables(connection: psycopg.Connection) -> list[_Table]:
    """Return the tables, children before parents, so that cascades do not reduce the counts."""
    found = {row[0]: row for row in connection.execute(TABLES).fetchall()}
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(found, ()))
    for name, _, _, _, parents in found.values():
        for parent in set(parents) & set(found) - {name}:
            order.add(parent, name)
    return [
        _Table(name, sql.Identifier(found[name][1], found[name][2]), found[name][3])
        for name in order.static_order()
    ]


def _remove(connection: psycopg.Connection, table: _Table, client: dict[str, UUID | None]) -> Removed:
    conditions = [condition for column, condition in CLIENT_ROWS.items() if column in table.columns]
    if not conditions:
        return Removed(table.name, 0)
    is_row_kept = table.name in KEPT_WITHOUT_IDS
    action = "update {} set client_id = null, job_id = null" if is_row_kept else "delete from {}"
    statement = sql.SQL(action + " where " + " or ".join(conditions)).format(table.identifier)
    return Removed(table.name, connection.execute(statement, client).rowcount, is_row_kept)
