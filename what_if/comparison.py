"""Builds the models with current and changed values and compares the results."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TypeVar
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from warehouse.errors import WarehouseError
from what_if import values
from what_if.scratch import ScratchModels, scratch_schema

T = TypeVar("T")
QUERIES = Path(__file__).parent
SAVE_CURRENT = (
    "create table {schema}.baseline_scores as select * from {schema}.risk_scores",
    "create table {schema}.baseline_alerts as select * from {schema}.int_alerts__episodes",
    # the second build must start without rows, as the first one did
    "drop table {schema}.risk_scores cascade",
)


class Client(NamedTuple):
    """A client with different results, on the last date and over all dates."""

    client_id: UUID
    baseline_level: str
    changed_level: str
    baseline_score: Decimal
    changed_score: Decimal
    baseline_days_at_risk: int
    changed_days_at_risk: int
    baseline_alerts: int
    changed_alerts: int


class Alerts(NamedTuple):
    """Number of alerts by type and severity, and of those that open on the same date in both builds."""

    alert_type: str
    severity: str
    baseline: int
    changed: int
    in_both: int


@dataclass(frozen=True)
class Comparison:
    """Differences between current and changed values."""

    first_date: date
    last_date: date
    changes: list[str]
    scored_clients: int
    clients: list[Client]
    alerts: list[Alerts]


def compare(
    connection: psycopg.Connection, coach_id: UUID, changes: Mapping[str, Decimal], first: date, last: date
) -> Comparison:
    """Build both variants and compare; `connection` is in autocommit mode. Raises WarehouseError."""
    with scratch_schema(connection) as schema:
        values.copy(connection, schema, coach_id)
        clients = [
            row[0]
            for row in connection.execute(
                sql.SQL("select client_id from {} where is_active order by client_id").format(
                    sql.Identifier(schema, values.RELATIONSHIPS)
                )
            )
        ]
        if not clients:
            raise WarehouseError("This coach has no active client.")
        # validate before the builds
        with connection.transaction(force_rollback=True):
            lines = values.change(connection, schema, changes)
        models = ScratchModels(schema, values.COPIES, f"{first}..{last}", clients)
        models.build()
        for statement in SAVE_CURRENT:
            connection.execute(sql.SQL(statement).format(schema=sql.Identifier(schema)))
        values.change(connection, schema, changes)
        models.build()
        return Comparison(
            first,
            last,
            lines,
            scored_clients=_scored_clients(connection, schema),
            clients=_rows(connection, schema, "clients.sql", Client),
            alerts=_rows(connection, schema, "alerts.sql", Alerts),
        )


def _scored_clients(connection: psycopg.Connection, schema: str) -> int:
    row = connection.execute(
        sql.SQL("select count(distinct client_id) from {}.baseline_scores").format(sql.Identifier(schema))
    ).fetchone()
    return int(row[0]) if row else 0


def _rows(connection: psycopg.Connection, schema: str, file: str, kind: type[T]) -> list[T]:
    query = sql.SQL((QUERIES / file).read_text(encoding="utf-8")).format(schema=sql.Identifier(schema))
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query).fetchall()
