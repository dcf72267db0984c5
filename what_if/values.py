"""Values that a what-if can change: thresholds of a coach, weights of factors, seed parameters."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from uuid import UUID

import psycopg
from psycopg import sql

from warehouse.errors import WarehouseError

SETTINGS = "stg_analytics_api__coach_settings"
RELATIONSHIPS = "stg_public__coach_clients"
FACTORS = "risk_factor_settings"
PARAMETERS = ("risk_parameters", "alert_parameters", "client_parameters")
THRESHOLD_FACTORS = {
    "engagement_decline": "engagement_trend",
    "sentiment_decline": "sentiment_trend",
    "resistance_ratio": "resistance_ratio",
    "days_since_session": "days_since_session",
}
"""Prefix of a coach setting -> risk factor whose thresholds it replaces."""

COPIES = {
    SETTINGS: "select * from analytics_staging.stg_analytics_api__coach_settings where coach_id = {coach}",
    # only the clients of this coach
    RELATIONSHIPS: "select * from analytics_staging.stg_public__coach_clients where coach_id = {coach}",
    FACTORS: "select * from analytics_seeds.risk_factor_settings",
} | {seed: f"select * from analytics_seeds.{seed}" for seed in PARAMETERS}


def parse(text: str) -> dict[str, Decimal]:
    """Parse "days_since_session_warning=7 inactivity_days=21"; raises WarehouseError for invalid input."""
    found = {}
    for part in text.replace(",", " ").split():
        name, _, value = part.partition("=")
        try:
            found[name] = Decimal(value)
            if not found[name].is_finite():
                raise InvalidOperation
        except InvalidOperation:
            raise WarehouseError(
                f'"{part}" is not NAME=NUMBER, such as days_since_session_warning=7.'
            ) from None
    if not found:
        raise WarehouseError("No value to change. Write NAME=NUMBER, such as days_since_session_warning=7.")
    return found


def copy(connection: psycopg.Connection, schema: str, coach_id: UUID) -> None:
    """Copy the relations with values and relationships into the schema."""
    for name, query in COPIES.items():
        connection.execute(
            sql.SQL("create table {} as " + query).format(
                sql.Identifier(schema, name), coach=sql.Literal(coach_id)
            )
        )
    connection.execute(
        sql.SQL("insert into {0} (coach_id) select {1} where not exists (select from {0})").format(
            sql.Identifier(schema, SETTINGS), sql.Literal(coach_id)
        )
    )


def change(connection: psycopg.Connection, schema: str, values: Mapping[str, Decimal]) -> list[str]:
    """Change the values in the copies; return a line for each: "inactivity_days 30 -> 21".

    Raises WarehouseError for an unknown name and for thresholds in the wrong order.
    """
    _set_defaults(connection, schema)
    locations = _locations(connection, schema)
    lines = []
    for name, value in values.items():
        if name not in locations:
            raise WarehouseError(f'Unknown value "{name}". Known values: {", ".join(sorted(locations))}.')
        table, column, key = locations[name]
        where = (
            sql.SQL(" where {} = {}").format(sql.Identifier(key[0]), sql.Literal(key[1]))
            if key
            else sql.SQL("")
        )
        before = connection.execute(
            sql.SQL("select {} from {}").format(sql.Identifier(column), sql.Identifier(schema, table)) + where
        ).fetchone()
        connection.execute(
            sql.SQL("update {} set {} = %s").format(sql.Identifier(schema, table), sql.Identifier(column))
            + where,
            [value],
        )
        lines.append(f"{name} {before[0] if before else ''} -> {value}")
    _check_order(connection, schema)
    return lines


def _locations(
    connection: psycopg.Connection, schema: str
) -> dict[str, tuple[str, str, tuple[str, str] | None]]:
    """Return name -> table, column and (key column, key) of the row."""
    locations: dict[str, tuple[str, str, tuple[str, str] | None]] = {
        f"{prefix}_{end}": (SETTINGS, f"{prefix}_{end}", None)
        for prefix in THRESHOLD_FACTORS
        for end in ("warning", "critical")
    }
    for (factor,) in _rows(connection, schema, FACTORS, "factor_type"):
        locations[f"{factor}_weight"] = (FACTORS, "weight", ("factor_type", factor))
    for seed in PARAMETERS:
        for (parameter,) in _rows(connection, schema, seed, "parameter"):
            locations[parameter] = (seed, "value", ("parameter", parameter))
    return locations


def _rows(connection: psycopg.Connection, schema: str, table: str, column: str) -> Sequence[tuple[str]]:
    return connection.execute(
        sql.SQL("select {} from {}").format(sql.Identifier(column), sql.Identifier(schema, table))
    ).fetchall()


def _set_defaults(connection: psycopg.Connection, schema: str) -> None:
    """Replace unset thresholds by the defaults, since a coach sets both thresholds of a factor or none."""
    for prefix, factor in THRESHOLD_FACTORS.items():
        for end in ("warning", "critical"):
            connection.execute(
                sql.SQL(
                    "update {settings} set {column} = coalesce({column}, "
                    "(select {default} from {factors} where factor_type = {factor}))"
                ).format(
                    settings=sql.Identifier(schema, SETTINGS),
                    column=sql.Identifier(f"{prefix}_{end}"),
                    default=sql.Identifier(f"{end}_threshold"),
                    factors=sql.Identifier(schema, FACTORS),
                    factor=sql.Literal(factor),
                )
            )


def _check_order(connection: psycopg.Connection, schema: str) -> None:
    for prefix in THRESHOLD_FACTORS:
        row = connection.execute(
            sql.SQL("select {}, {} from {}").format(
                sql.Identifier(f"{prefix}_warning"),
                sql.Identifier(f"{prefix}_critical"),
                sql.Identifier(schema, SETTINGS),
            )
        ).fetchone()
        warning, critical = row or (0, 0)
        falls = prefix.endswith("_decline")
        if (critical >= warning) if falls else (critical <= warning):
            raise WarehouseError(
                f"{prefix}_critical ({critical}) must be beyond {prefix}_warning ({warning})."
            )
