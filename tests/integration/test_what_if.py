"""What-if on the sample practice; marts are not changed."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from sample import DEFAULT_LAST_DATE, DEMO_COACH_ID
from tests.support.nightly_simulation import query
from warehouse.connection import connect
from warehouse.erase import erase_client
from warehouse.errors import WarehouseError
from what_if.__main__ import what_if
from what_if.comparison import Comparison
from what_if.scratch import scratch_schema
from what_if.values import parse

pytestmark = pytest.mark.long

EVERYTHING = """
select
    c.oid::regclass::text as relation, pg_relation_filenode(c.oid) as file,
    s.n_tup_ins, s.n_tup_upd, s.n_tup_del
from pg_class as c
left join pg_stat_user_tables as s on c.oid = s.relid
where c.relkind in ('r', 'v') and c.relnamespace::regnamespace::text not like 'pg\\_%'
order by 1
"""


@pytest.fixture(scope="module")
def database(sample_database_url: str) -> Any:
    with psycopg.connect(sample_database_url, autocommit=True) as connection:
        yield connection


def run(**values: int) -> Comparison:
    return what_if(DEMO_COACH_ID, {name: Decimal(value) for name, value in values.items()})


def relations(database: psycopg.Connection) -> list[dict[str, Any]]:
    database.execute("select pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
    return query(database, EVERYTHING)


def test_what_if__with_the_same_values_shows_no_difference_and_writes_nothing(
    database: psycopg.Connection,
) -> None:
    before = relations(database)
    same = run(days_since_session_warning=14, inactivity_days=30)
    assert relations(database) == before
    assert same.changes == ["days_since_session_warning 14 -> 14", "inactivity_days 30 -> 30"]
    assert (same.scored_clients, same.clients) == (12, [])
    assert same.alerts
    assert all(row.baseline == row.changed == row.in_both for row in same.alerts)
    # the baseline equals the records of the pipeline
    recorded = query(
        database, "select count(*) as n from ai_backend.risk_scores where coach_id = %s", DEMO_COACH_ID
    )
    assert recorded == [{"n": 12}]


def test_what_if__with_a_stricter_silence_rule_opens_more_alerts(database: psycopg.Connection) -> None:
    stricter = run(inactivity_days=20, inactivity_urgent_days=40)
    silent = {row.severity: row for row in stricter.alerts if row.alert_type == "no_session_30d"}
    assert silent["warning"].changed + silent["urgent"].changed > silent["warning"].baseline
    # alert rules do not change scores
    assert all(client.baseline_score == client.changed_score for client in stricter.clients)
    # increases during silence do not open alerts of their own
    increases = [row for row in stricter.alerts if row.alert_type == "risk_increased"]
    assert all(row.changed <= row.baseline for row in increases)


def test_what_if__with_other_thresholds_equals_the_pipeline_with_these_settings(
    database: psycopg.Connection, sample_database_url: str
) -> None:
    earlier = run(days_since_session_warning=5, days_since_session_critical=10)
    assert earlier.clients
    assert all(client.changed_score >= client.baseline_score for client in earlier.clients)
    found = {client.client_id: client.changed_score for client in earlier.clients}
    database.execute(
        "insert into analytics_api.coach_settings "
        "(coach_id, days_since_session_warning, days_since_session_critical) values (%s, 5, 10)",
        [DEMO_COACH_ID],
    )
    own = run(days_since_session_warning=14, days_since_session_critical=30)
    database.execute("delete from analytics_api.coach_settings")
    # the coach's settings are the baseline
    assert {c.client_id: c.baseline_score for c in own.clients} == found
    assert own.changes[0] == "days_since_session_warning 5 -> 14"
    assert own.last_date == DEFAULT_LAST_DATE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No value to change"),
        ("inactivity_days", "is not NAME=NUMBER"),
        ("inactivity_days=soon", "is not NAME=NUMBER"),
        ("inactivity_days=NaN", "is not NAME=NUMBER"),
        ("colour=3", 'Unknown value "colour"'),
        ("days_since_session_warning=40", "must be beyond days_since_session_warning (40)"),
        ("engagement_decline_critical=-5", "must be beyond engagement_decline_warning"),
    ],
)
def test_what_if__rejects_invalid_values(database: psycopg.Connection, text: str, words: str) -> None:
    with pytest.raises(WarehouseError) as raised:
        what_if(DEMO_COACH_ID, parse(text))
    assert words in str(raised.value)
    assert query(database, "select from pg_namespace where nspname = 'what_if'") == []


def test_what_if__is_exclusive_and_removes_the_tables_of_a_killed_process(
    database: psycopg.Connection,
) -> None:
    database.execute("create schema what_if")
    database.execute("create table what_if.risk_scores as select * from ai_backend.risk_scores")
    (row,) = query(database, "select client_id from what_if.risk_scores order by client_id limit 1")
    removed = {table.table for table in erase_client(row["client_id"]).removed}
    assert {"what_if.risk_scores", "ai_backend.risk_scores"} <= removed
    with connect(autocommit=True) as other, scratch_schema(other) as schema:
        assert query(database, "select to_regclass('what_if.risk_scores') as found") == [{"found": None}]
        assert schema == "what_if"
        with pytest.raises(WarehouseError, match="is running"):
            run(inactivity_days=21)
    assert query(database, "select from pg_namespace where nspname = 'what_if'") == []
