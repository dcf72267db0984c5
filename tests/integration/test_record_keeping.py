"""Scores and alerts are records; the history is kept for client_history_days."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from tests.support.client_histories import SessionValues, add_pair
from tests.support.nightly_simulation import query
from tests.support.project import Project

pytestmark = pytest.mark.long

TODAY = date(2026, 6, 30)
FROM_CLIENTS_ON = ["int_clients__as_of_dates+", "int_clients__sessions+"]
RECORDS = ("client_analytics", "client_analytics_history", "risk_scores", "risk_alert_episodes")


def days(first: int, last: int = 0) -> str:
    return f"{TODAY - timedelta(first)}..{TODAY - timedelta(last)}"


@pytest.fixture
def connection(built_database_url: str) -> Any:
    with psycopg.connect(built_database_url, autocommit=True) as open_connection:
        for mart in RECORDS:
            open_connection.execute(f"delete from ai_backend.{mart}")
        open_connection.execute("truncate ai_backend.transcription_jobs cascade")
        add_pair(
            open_connection, [SessionValues(session_date=TODAY - timedelta(n)) for n in (90, 70, 50, 41)]
        )
        yield open_connection


def records(connection: psycopg.Connection) -> dict[str, list[dict[str, Any]]]:
    return {mart: query(connection, f"select * from ai_backend.{mart} order by id") for mart in RECORDS}


def test_history__is_kept_for_client_history_days_and_records_forever(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    def kept() -> tuple[date, date, int]:
        (row,) = query(
            connection,
            "select min(as_of_date) as first, max(as_of_date) as last, count(distinct as_of_date) as days "
            "from ai_backend.client_analytics_history",
        )
        return row["first"], row["last"], row["days"]

    project.run(built_database_url, *FROM_CLIENTS_ON, as_of=days(20, 1), client_history_days=10)
    assert kept() == (TODAY - timedelta(10), TODAY - timedelta(1), 10)
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of=days(0), client_history_days=10)
    assert kept() == (TODAY - timedelta(9), TODAY, 10)
    # a backfill writes no history that would be dropped at once
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of=days(40, 30), client_history_days=10)
    assert kept() == (TODAY - timedelta(9), TODAY, 10)
    assert query(connection, "select count(*) as n from ai_backend.risk_scores") == [{"n": 21 + 11}]
    current = query(connection, "select distinct as_of_date from ai_backend.client_analytics")
    assert current == [{"as_of_date": TODAY}]


def test_new_model_version__writes_new_dates_only_unless_asked_for_by_name(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    def versions() -> list[str]:
        rows = query(connection, "select model_version from ai_backend.risk_scores order by as_of_date")
        return [row["model_version"] for row in rows]

    project.run(built_database_url, *FROM_CLIENTS_ON, as_of=days(3, 1))
    before = query(connection, "select * from ai_backend.risk_scores order by as_of_date")
    alerts = query(connection, "select id, opened_date from ai_backend.risk_alerts order by id")
    newer: dict[str, Any] = {"risk_model_version": "risk-2.0.0"}
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of=days(3), **newer)
    after = query(connection, "select * from ai_backend.risk_scores order by as_of_date")
    assert after[:3] == before
    assert versions() == ["risk-1.0.0"] * 3 + ["risk-2.0.0"]
    assert after[3]["previous_risk_score"] == before[2]["risk_score"]
    project.run(
        built_database_url, *FROM_CLIENTS_ON, as_of=days(2), rescore_model_version="risk-2.0.0", **newer
    )
    assert versions() == ["risk-1.0.0"] + ["risk-2.0.0"] * 3
    kept = query(connection, "select id, opened_date from ai_backend.risk_alerts")
    assert alerts
    assert all(alert in kept for alert in alerts)


def test_rerun_and_rebuild__change_no_record(
    connection: psycopg.Connection, built_database_url: str, project: Project
) -> None:
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of=days(30))
    before = records(connection)
    assert all(before.values())
    project.run(built_database_url, *FROM_CLIENTS_ON, as_of=days(30))
    assert records(connection) == before
    project.run(built_database_url, *FROM_CLIENTS_ON, full_refresh=True, as_of=days(0))
    assert records(connection) == before
