"""Ids follow from keys alone, whatever the server is set to."""

from datetime import date, timedelta
from decimal import Decimal

import psycopg

from tests.support.client_histories import Held, add_pair
from tests.support.nightly_simulation import Chain, query

LAST_DAY = date(2026, 6, 30)
DAYS = [LAST_DAY - timedelta(1), LAST_DAY]
MARTS = ("client_analytics", "client_analytics_history", "risk_scores", "risk_alert_episodes")


def test_ids__are_the_same_however_the_server_writes_dates(
    chain: Chain, database: psycopg.Connection
) -> None:
    add_pair(database, [Held(on=LAST_DAY - timedelta(n), engagement=Decimal(n)) for n in (90, 75, 60, 46)])
    ids = {}
    for style in ("ISO", "German"):
        database.execute(f"set local datestyle to '{style}'".encode())
        chain.run(database, DAYS)
        ids[style] = {
            mart: {row["id"] for row in query(database, f"select id from ai_backend.{mart}")}
            for mart in MARTS
        }
        for mart in MARTS:
            database.execute(f"delete from ai_backend.{mart}".encode())
    database.rollback()
    assert ids["ISO"] == ids["German"]
    assert all(ids["ISO"].values())
