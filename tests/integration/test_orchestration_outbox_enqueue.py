"""Which alerts are enqueued: those that open or become urgent, once each, unless muted or acknowledged."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest

from dagster_pipelines.notifications import outbox
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.write_lock import connect
from tests.support.rows import insert, new_id

COACH = new_id()
SETTINGS = PipelineSettings(
    alert_webhook_url="http://127.0.0.1:1/", alert_webhook_secret="a-secret-for-tests"
)
DATE = date(2026, 11, 22)


@pytest.fixture
def database(built_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection whose changes are rolled back."""
    with connect() as connection, connection.transaction(force_rollback=True):
        yield connection


def add_alert(connection: psycopg.Connection[Any], severity: str = "warning", **values: Any) -> UUID:
    alert_id = new_id()
    insert(
        connection,
        "ai_backend.risk_alert_episodes",
        **{
            "id": alert_id,
            "client_id": new_id(),
            "coach_id": COACH,
            "alert_type": "new_high_risk",
            "severity": severity,
            "title": "title",
            "message": "message",
            "created_at": DATE,
            "episode_key": DATE,
            "opened_date": DATE,
            "last_open_date": DATE,
            "severity_date": DATE,
            "recorded_at": DATE,
        }
        | values,
    )
    return alert_id


def events(connection: psycopg.Connection[Any], alert_id: UUID) -> list[str]:
    rows = connection.execute(
        "select event from operations.alert_deliveries where alert_id = %s order by event desc", [alert_id]
    )
    return [event for (event,) in rows]


def test_enqueue__an_alert_that_opens_is_enqueued_once(database: psycopg.Connection[Any]) -> None:
    alert = add_alert(database)
    assert outbox.enqueue(database, SETTINGS) == 1
    assert outbox.enqueue(database, SETTINGS) == 0
    assert events(database, alert) == ["opened"]


def test_enqueue__an_alert_that_becomes_urgent_is_enqueued_once_more(
    database: psycopg.Connection[Any],
) -> None:
    alert, opened_urgent = add_alert(database), add_alert(database, "urgent")
    outbox.enqueue(database, SETTINGS)
    database.execute("update ai_backend.risk_alert_episodes set severity = 'urgent'")
    assert outbox.enqueue(database, SETTINGS) == 1
    assert outbox.enqueue(database, SETTINGS) == 0
    assert events(database, alert) == ["opened", "escalated"]
    assert events(database, opened_urgent) == ["opened"]


def test_enqueue__skips_muted_acknowledged_and_resolved_alerts(database: psycopg.Connection[Any]) -> None:
    insert(database, "analytics_api.coach_settings", coach_id=COACH, muted_alert_types=["no_session_30d"])
    muted = add_alert(database, alert_type="no_session_30d")
    acknowledged = add_alert(database)
    insert(
        database,
        "analytics_api.alert_acknowledgements",
        alert_id=acknowledged,
        coach_id=COACH,
        client_id=new_id(),
        acknowledged_at=DATE,
        severity_at_acknowledgement="warning",
    )
    resolved = add_alert(database, resolved_date=DATE, resolution="condition_ended", resolved_at=DATE)
    assert outbox.enqueue(database, SETTINGS) == 0
    assert [events(database, alert) for alert in (muted, acknowledged, resolved)] == [[], [], []]


def test_enqueue__does_nothing_without_a_webhook(database: psycopg.Connection[Any]) -> None:
    add_alert(database)
    assert outbox.enqueue(database, PipelineSettings()) == 0
    assert database.execute("select count(*) from operations.alert_deliveries").fetchone() == (0,)
