"""Ids depend on keys only, not on server settings."""

from datetime import date, timedelta
from decimal import Decimal

import psycopg

from tests.support.client_histories import SessionValues, add_pair
from tests.support.nightly_simulation import NightlySimulation, query

LAST_DATE = date(2026, 6, 30)
DATES = [LAST_DATE - timedelta(1), LAST_DATE]
MARTS = ("client_analytics", "client_analytics_history", "risk_scores", "risk_alert_episodes")


def test_ids__do_not_depend_on_datestyle(simulation: NightlySimulation, database: psycopg.Connection) -> None:
    add_pair(
        database,
        [
            SessionValues(session_date=LAST_DATE - timedelta(n), engagement=Decimal(n))
            for n in (90, 75, 60, 46)
        ],
    )
    ids = {}
    for style in ("ISO", "German"):
        database.execute(f"set local datestyle to '{style}'".encode())
        simulation.run(database, DATES)
        ids[style] = {
            mart: {row["id"] for row in query(database, f"select id from ai_backend.{mart}")}
            for mart in MARTS
        }
        for mart in MARTS:
            database.execute(f"delete from ai_backend.{mart}".encode())
    database.rollback()
    assert ids["ISO"] == ids["German"]
    assert all(ids["ISO"].values())
