"""Which alerts leave: those that open or grow urgent, each once, and not what a coach muted or has seen."""

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
DAY = date(2026, 11, 22)


@pytest.fixture
def database(built_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Nothing is stored but what the test stores."""
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
            "created_at": DAY,
            "episode_key": DAY,
            "opened_date": DAY,
            "last_open_date": DAY,
            "severity_date": DAY,
            "recorded_at": DAY,
        }
        | values,
    )
    return alert_id


def events(connection: psycopg.Connection[Any], alert_id: UUID) -> list[str]:
    rows = connection.execute(
        "select event from operations.alert_deliveries where alert_id = %s order by event desc", [alert_id]
    )
    return [event for (event,) in rows]


def test_fill__an_alert_that_opens_is_told_once(database: psycopg.Connection[Any]) -> None:
    alert = add_alert(database)
    assert outbox.fill(database, SETTINGS) == 1
    assert outbox.fill(database, SETTINGS) == 0
    assert events(database, alert) == ["opened"]


def test_fill__an_alert_that_grows_urgent_is_told_again_once(database: psycopg.Connection[Any]) -> None:
    alert, urgent_at_once = add_alert(database), add_alert(database, "urgent")
    outbox.fill(database, SETTINGS)
    database.execute("update ai_backend.risk_alert_episodes set severity = 'urgent'")
    assert outbox.fill(database, SETTINGS) == 1
    assert outbox.fill(database, SETTINGS) == 0
    assert events(database, alert) == ["opened", "escalated"]
    assert events(database, urgent_at_once) == ["opened"]


def test_fill__what_a_coach_muted_acknowledged_or_what_is_over_stays_here(
    database: psycopg.Connection[Any],
) -> None:
    insert(database, "analytics_api.coach_settings", coach_id=COACH, muted_alert_types=["no_session_30d"])
    muted = add_alert(database, alert_type="no_session_30d")
    seen = add_alert(database)
    insert(
        database,
        "analytics_api.alert_acknowledgements",
        alert_id=seen,
        coach_id=COACH,
        client_id=new_id(),
        acknowledged_at=DAY,
        severity_at_acknowledgement="warning",
    )
    over = add_alert(database, resolved_date=DAY, resolution="condition_ended", resolved_at=DAY)
    assert outbox.fill(database, SETTINGS) == 0
    assert [events(database, alert) for alert in (muted, seen, over)] == [[], [], []]


def test_fill__without_a_webhook_nothing_is_written_down(database: psycopg.Connection[Any]) -> None:
    add_alert(database)
    assert outbox.fill(database, PipelineSettings()) == 0
    assert database.execute("select count(*) from operations.alert_deliveries").fetchone() == (0,)
