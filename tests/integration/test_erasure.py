"""What was derived from a deleted session goes with the next run; an erased client goes at once, for good."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from dagster_pipelines.state.write_lock import hold_write_lock
from tests.support.client_histories import SessionValues, add_pair, add_session_values
from tests.support.nightly_simulation import query
from tests.support.project import Project
from tests.support.rows import insert, new_id
from warehouse.erase import Erasure, erase_client
from warehouse.write_lock import WriteLockTimeoutError

pytestmark = pytest.mark.long

TODAY = date(2026, 6, 30)
FROM_CLIENTS_ON = ["int_clients__as_of_dates+", "int_clients__sessions+"]
RECORDS = {
    "client_analytics": "coach_id, client_id, window_type",
    "client_analytics_history": "coach_id, client_id, window_type, as_of_date",
    "risk_scores": "coach_id, client_id, as_of_date",
    "risk_alert_episodes": "coach_id, client_id, alert_type, opened_date",
}
WRITTEN = (
    *(f"ai_backend.{mart}" for mart in ("session_analytics", *RECORDS)),
    "analytics_intermediate.int_operations__session_snapshot",
)
JSON_COLUMNS = ("factors", "engagement_scores_history", "sentiment_scores_history")
TABLES = """
select n.nspname, c.relname from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'analytics_seeds')
    and (n.nspname, c.relname) not in (
        ('ai_backend', 'transcription_jobs'), ('public', 'coach_clients'), ('warehouse', 'erased_jobs'),
        -- scratch table of removed sessions; each run writes it again
        ('analytics_intermediate', 'int_clients__erased_sessions')
    )
"""


def records(connection: psycopg.Connection) -> dict[str, list[dict[str, Any]]]:
    """Everything recorded, without when it was."""
    found = {}
    for mart, order in RECORDS.items():
        rows = query(connection, f"select * from ai_backend.{mart} order by {order}")
        for row in rows:
            for column in ("computed_at", "valid_until", "recorded_at"):
                row.pop(column, None)
        found[mart] = rows
    return found


def mentions(connection: psycopg.Connection, value: uuid.UUID) -> set[str]:
    """Tables outside of upstream in which the value stands anywhere."""
    found = set()
    for schema, table in connection.execute(TABLES).fetchall():
        statement = sql.SQL("select count(*) from {} as t where t::text like %s").format(
            sql.Identifier(schema, table)
        )
        if connection.execute(statement, [f"%{value}%"]).fetchone() != (0,):
            found.add(f"{schema}.{table}")
    return found


@pytest.fixture
def connection(built_database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(built_database_url, autocommit=True) as open_connection:
        yield open_connection


def session(days_ago: int, engagement: int) -> SessionValues:
    return SessionValues(
        session_date=TODAY - timedelta(days=days_ago), engagement=Decimal(engagement), resistance=4
    )


def test_deleted_job__leaves_no_trace_in_any_record(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    coach, client = add_pair(connection, [session(80, 90), session(75, 90), session(9, 88)])
    deleted = add_session_values(connection, session(40, 10), coach, client, 9)
    only = add_pair(connection, [])
    only_job = add_session_values(connection, session(50, 50), *only)
    ended = add_pair(connection, [session(60, 50)])
    ended_job = add_session_values(connection, session(20, 20), *ended, 9)
    untouched = add_pair(connection, [session(70, 90), session(34, 20)])
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-05-01..2026-06-29")
    connection.execute("update public.coach_clients set status = 'ended' where client_id = %s", [ended[1]])
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-30")
    before = records(connection)

    connection.execute(
        "delete from ai_backend.transcription_jobs where id = any(%s)", [[deleted, only_job, ended_job]]
    )
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-30")
    after = records(connection)

    assert mentions(connection, only[1]) == set()
    assert mentions(connection, deleted) | mentions(connection, ended_job) == set()
    # Records equal those of a history without the deleted session: each date that counted it is recomputed.
    days = {row["as_of_date"] for row in after["risk_scores"] if row["client_id"] == client}
    assert days == {TODAY - timedelta(days=n) for n in range(61)}
    for mart in RECORDS:
        connection.execute(f"delete from ai_backend.{mart} where client_id = '{client}'")
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-05-01..2026-06-30")
    fresh = records(connection)
    for mart in RECORDS:
        of_client = [row for row in after[mart] if row["client_id"] == client]
        assert of_client == [row for row in fresh[mart] if row["client_id"] == client]
        of_other = [row for row in after[mart] if row["client_id"] == untouched[1]]
        assert of_other == [row for row in before[mart] if row["client_id"] == untouched[1]]
    # Scores of the ended relationship are records, but those that knew the deleted session are not kept.
    last_kept = max(row["as_of_date"] for row in after["risk_scores"] if row["client_id"] == ended[1])
    assert last_kept == TODAY - timedelta(days=21)


def test_deleted_job__is_forgotten_by_each_date_that_it_had(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    coach, client = add_pair(connection, [])
    job = add_session_values(connection, session(60, 50), coach, client)
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-05-30..2026-06-20")
    for table, key in (("transcription_jobs", "id"), ("session_analytics", "job_id")):
        connection.execute(
            f"update ai_backend.{table} set session_date = '2026-06-25' where {key} = %s".encode(), [job]
        )
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-26")
    assert {"ai_backend.risk_scores", "ai_backend.risk_alert_episodes"} <= mentions(connection, client)
    connection.execute("delete from ai_backend.transcription_jobs where id = %s", [job])
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-27")
    assert mentions(connection, client) == set()


def test_deleted_job__takes_along_an_alert_that_tells_of_it_although_it_opened_before(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    glad, sad = {"sentiment": Decimal("0.5")}, {"sentiment": Decimal("-0.5"), "resistance": 5}
    coach, client = add_pair(
        connection,
        [
            SessionValues(
                session_date=TODAY - timedelta(days=days_ago), engagement=Decimal(engagement), **mood
            )
            for days_ago, engagement, mood in ((85, 90, glad), (80, 90, glad), (70, 10, sad), (60, 10, sad))
        ],
    )
    deleted = add_session_values(connection, session(50, 10), coach, client)
    alert = (
        "select severity, opened_date, severity_date from ai_backend.risk_alert_episodes "
        "where client_id = %s and alert_type = 'new_high_risk'"
    )
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-05-01..2026-06-20")
    (opened,) = query(connection, alert, client)
    day = TODAY - timedelta(days=50)
    assert opened["severity"] == "urgent"
    assert opened["opened_date"] < day < opened["severity_date"]

    connection.execute("update public.coach_clients set status = 'ended' where client_id = %s", [client])
    connection.execute("delete from ai_backend.transcription_jobs where id = %s", [deleted])
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-21")
    assert query(connection, alert, client) == []
    scored = query(
        connection, "select max(as_of_date) from ai_backend.risk_scores where client_id = %s", client
    )
    assert scored == [{"max": day - timedelta(days=1)}]


def test_erased_client__is_nowhere_and_stays_away(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    coach, client = add_pair(connection, [session(70, 80), session(45, 40)])
    other_coach = new_id()
    add_pair(connection, [session(44, 70)], coach_id=other_coach, client_id=client)
    neighbour = add_pair(connection, [session(44, 70)], coach_id=coach)
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-01..2026-06-30")
    alerts = query(connection, "select * from ai_backend.risk_alerts where client_id = %s", client)
    assert alerts
    for alert in alerts:
        insert(
            connection,
            "analytics_api.alert_acknowledgements",
            alert_id=alert["id"],
            coach_id=alert["coach_id"],
            client_id=client,
            acknowledged_at="2026-06-30",
            notes="talked",
            severity_at_acknowledgement="warning",
        )
    insert(connection, "analytics_api.compute_requests", coach_id=coach, client_id=client)
    for who in (client, neighbour[1]):
        insert(
            connection,
            "analytics_api.audit_log",
            coach_id=coach,
            client_id=who,
            route="/clients/{client_id}/risk",
            status=200,
            correlation_id="c",
        )
    assert len(mentions(connection, client)) > 8

    with_one = erase_client(client, other_coach)
    assert query(connection, "select from ai_backend.risk_scores where coach_id = %s", other_coach) == []
    assert query(connection, "select from ai_backend.risk_scores where coach_id = %s", coach) != []
    assert with_one.excluded_jobs == 1

    erasure = erase_client(client)
    assert mentions(connection, client) == set()
    removed = {table.table: table.rows for table in erasure.removed}
    assert erasure.excluded_jobs == 2
    assert removed["ai_backend.session_analytics"] == 2
    assert removed["ai_backend.client_analytics"] == 3
    assert removed["ai_backend.risk_scores"] == 30
    assert removed["analytics_api.alert_acknowledgements"] == len(
        [alert for alert in alerts if alert["coach_id"] == coach]
    )
    assert removed["analytics_api.audit_log"] == 1
    assert len(query(connection, "select from analytics_api.audit_log")) == 2
    assert (
        len(query(connection, "select from ai_backend.risk_scores where client_id = %s", neighbour[1])) == 30
    )
    assert erase_client(client).removed == []

    # Upstream's rows are still there. Not even a touch of them brings the client back; a new session does.
    connection.execute("update ai_backend.transcription_jobs set updated_at = now()")
    project.run(built_database_url, as_of="2026-06-30")
    assert mentions(connection, client) == set()
    insert(
        connection,
        "ai_backend.transcription_jobs",
        id=new_id(),
        coach_id=coach,
        client_id=client,
        status="completed",
        session_date=TODAY,
    )
    project.run(built_database_url, as_of="2026-06-30")
    (row,) = query(
        connection,
        "select total_sessions from ai_backend.client_analytics "
        "where client_id = %s and window_type = 'all_time'",
        client,
    )
    assert row["total_sessions"] == 1


def test_erasure__of_an_unknown_client_and_during_a_run(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    coach, client = add_pair(connection, [session(30, 80)])
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-30")
    assert erase_client(new_id()) == Erasure(removed=[], excluded_jobs=0)
    messages: list[str] = []
    with hold_write_lock(0), pytest.raises(WriteLockTimeoutError):
        erase_client(client, timeout_seconds=0.7, report=messages.append)
    assert messages == ["Another run is writing the marts; waiting for it."]
    assert "ai_backend.risk_scores" in mentions(connection, client)

    # a step that is at work when the erasure is asked for writes first, and is erased too
    with ThreadPoolExecutor(1) as pool:
        with hold_write_lock(0):
            erasure = pool.submit(erase_client, client)
            add_session_values(connection, session(20, 50), coach, client, 9)
            project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-30")
            assert not erasure.done()
        assert erasure.result().excluded_jobs == 2
    assert mentions(connection, client) == set()
    assert erase_client(client) == Erasure(removed=[], excluded_jobs=0)
    project.run(built_database_url, as_of="2026-06-30")
    assert mentions(connection, client) == set()


def test_erasure__takes_an_acknowledgement_that_is_being_written(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    coach, client = add_pair(connection, [session(80, 80), session(50, 80)])
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-30")
    (alert, *_) = query(connection, "select * from ai_backend.risk_alerts where client_id = %s", client)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(built_database_url) as request:
        insert(
            request,
            "analytics_api.alert_acknowledgements",
            alert_id=alert["id"],
            coach_id=coach,
            client_id=client,
            acknowledged_at="2026-06-30",
            severity_at_acknowledgement="warning",
        )
        erasure = pool.submit(erase_client, client)
        waiting = (
            "select from pg_locks where not granted "
            "and relation = 'analytics_api.alert_acknowledgements'::regclass"
        )
        while not query(connection, waiting):
            assert not erasure.done()
        request.commit()
        assert "analytics_api.alert_acknowledgements" in {t.table for t in erasure.result().removed}
    assert mentions(connection, client) == set()


def test_erasure__leftovers_of_a_run_without_the_lock_go_with_the_next_run(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    coach, client = add_pair(connection, [session(80, 80), session(50, 80)])
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of="2026-06-29..2026-06-30")
    kept = {
        table: query(connection, f"select * from {table} where client_id = %s", client) for table in WRITTEN
    }
    erase_client(client)
    for table, rows in kept.items():
        assert rows, table
        for row in rows:
            values = {name: Jsonb(value) if name in JSON_COLUMNS else value for name, value in row.items()}
            insert(connection, table, **values)
    project.run(built_database_url, as_of="2026-07-01")
    assert mentions(connection, client) == set()
    assert query(connection, "select from warehouse.erased_jobs where coach_id = %s", coach)
