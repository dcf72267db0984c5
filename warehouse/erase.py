"""`warehouse erase CLIENT_ID`: everything that is known of a client goes, and does not come back by itself.

Upstream's rows are not ours to delete. What we made of them is, in every table of ours that names the client
or one of the client's sessions; a table that is added later is reached without a change here. The erased jobs
are written down (warehouse.erased_jobs), and staging leaves them out from then on (docs/adr/0042).
"""

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from uuid import UUID

import psycopg
from psycopg import sql

from warehouse.connection import connect
from warehouse.write_lock import acquire_write_lock

# Ours are all tables in our own schemas, and in ai_backend, which we share with upstream, those with the row
# security that every mart has.
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
# How a table names the client; what it has of these columns is looked at.
CLIENT_ROWS = {
    "client_id": "(client_id = %(client)s and (%(coach)s::uuid is null or coach_id = %(coach)s))",
    "job_id": "job_id in (select job_id from erased)",
    "transcript_id": "transcript_id in (select t.id from ai_backend.transcripts as t "
    "inner join erased as e on t.job_id = e.job_id)",
}
# What coaches write at any time waits until the erasure is done, and what is being written goes with it.
LOCK_REQUESTS = """
lock table analytics_api.alert_acknowledgements, analytics_api.compute_requests, analytics_api.audit_log
in share row exclusive mode
"""
KEPT_WITHOUT_IDS = ("analytics_api.audit_log",)
"""Tables whose rows stay as a record of what happened, without saying to whom."""


@dataclass(frozen=True)
class Removed:
    """What was removed from one table."""

    table: str
    rows: int
    is_row_kept: bool = False
    """The rows stay without the ids of client and session."""


@dataclass(frozen=True)
class Erasure:
    """What an erasure did."""

    removed: list[Removed]
    """Table by table; tables that held nothing of the client are left out."""
    left_out_jobs: int
    """Upstream's jobs of the client, from which nothing is computed any more."""


@dataclass(frozen=True)
class _Table:
    name: str
    identifier: sql.Identifier
    columns: list[str]


def erase_client(
    client_id: UUID,
    coach_id: UUID | None = None,
    wait_seconds: float = 3600,
    report: Callable[[str], None] = lambda _: None,
) -> Erasure:
    """Erase a client, with one coach or with all; what was done.

    All or nothing; the same again does no harm. Runs as the owner. Waits for a pipeline step that is writing:
    one that starts afterwards finds the tombstones. Raises WriteLockTimeoutError when that takes more than
    `wait_seconds`, and WarehouseError when the database can't be reached.
    """
    with connect(autocommit=True) as connection:
        acquire_write_lock(connection, wait_seconds, report)
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
    answers = _answers(connection)
    removed = [_remove(connection, table, client) for table in _tables(connection)]
    # They go with their last use (trigger of the detector's migration).
    removed.append(Removed("cue_detection.llm_answers", answers - _answers(connection)))
    left_out = connection.execute(
        "insert into warehouse.erased_jobs (job_id, coach_id, client_id) "
        "select job_id, coach_id, client_id from erased on conflict (job_id) do nothing"
    ).rowcount
    return Erasure([result for result in removed if result.rows], left_out)


def _answers(connection: psycopg.Connection) -> int:
    row = connection.execute("select count(*) from cue_detection.llm_answers").fetchone()
    return int(row[0]) if row else 0


def _tables(connection: psycopg.Connection) -> list[_Table]:
    """Our tables: each before those that it refers to, so that a cascade takes no row from the count."""
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
