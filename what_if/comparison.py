"""The two builds of a what-if, and what differs between them."""

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
KEEP = (
    "create table {schema}.scores_as_it_is as select * from {schema}.risk_scores",
    "create table {schema}.alerts_as_it_is as select * from {schema}.int_alerts__episodes",
    # so that the second build starts from nothing, as the first one did
    "drop table {schema}.risk_scores cascade",
)


class Client(NamedTuple):
    """A client who would be judged differently: on the last day, and over all days."""

    client_id: UUID
    level_as_it_is: str
    level_what_if: str
    score_as_it_is: Decimal
    score_what_if: Decimal
    days_at_risk_as_it_is: int
    days_at_risk_what_if: int
    alerts_as_it_is: int
    alerts_what_if: int


class Alerts(NamedTuple):
    """How many alerts of one kind and severity opened, and how many of them on the same day in both."""

    alert_type: str
    severity: str
    as_it_is: int
    what_if: int
    in_both: int


@dataclass(frozen=True)
class Comparison:
    """What other values would have changed."""

    first_date: date
    last_date: date
    changes: list[str]
    scored_clients: int
    clients: list[Client]
    alerts: list[Alerts]


def compare(
    connection: psycopg.Connection, coach_id: UUID, changes: Mapping[str, Decimal], first: date, last: date
) -> Comparison:
    """Build twice and compare; `connection` commits each statement by itself. Raises WarehouseError."""
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
        # refused before the work, not after it
        with connection.transaction(force_rollback=True):
            lines = values.change(connection, schema, changes)
        models = ScratchModels(schema, values.COPIES, f"{first}..{last}", clients)
        models.build()
        for statement in KEEP:
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
        sql.SQL("select count(distinct client_id) from {}.scores_as_it_is").format(sql.Identifier(schema))
    ).fetchone()
    return int(row[0]) if row else 0


def _rows(connection: psycopg.Connection, schema: str, file: str, kind: type[T]) -> list[T]:
    query = sql.SQL((QUERIES / file).read_text(encoding="utf-8")).format(schema=sql.Identifier(schema))
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query).fetchall()
