"""The values that a what-if may change: a coach's thresholds, factors' weights, constants of the seeds."""

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
OWN = {
    "engagement_decline": "engagement_trend",
    "sentiment_decline": "sentiment_trend",
    "resistance_ratio": "resistance_ratio",
    "days_since_session": "days_since_session",
}
"""What a coach may set, as the settings name it -> the risk factor whose thresholds it replaces."""

COPIES = {
    SETTINGS: "select * from analytics_staging.stg_analytics_api__coach_settings where coach_id = {coach}",
    # one coach's practice, and nobody else's
    RELATIONSHIPS: "select * from analytics_staging.stg_public__coach_clients where coach_id = {coach}",
    FACTORS: "select * from analytics_seeds.risk_factor_settings",
} | {seed: f"select * from analytics_seeds.{seed}" for seed in PARAMETERS}


def parse(text: str) -> dict[str, Decimal]:
    """Read "days_since_session_warning=7 inactivity_days=21"; raises WarehouseError for anything else."""
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
    """Put what the models read of values and relationships into the schema, where they find it first."""
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
    """Set the values in the schema's copies; a line for each: "inactivity_days 30 -> 21".

    Raises WarehouseError for an unknown name, and for a critical threshold not beyond its warning.
    """
    _fill_in_defaults(connection, schema)
    places = _places(connection, schema)
    lines = []
    for name, value in values.items():
        if name not in places:
            raise WarehouseError(f'There is no value "{name}". There are: {", ".join(sorted(places))}.')
        table, column, key = places[name]
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


def _places(
    connection: psycopg.Connection, schema: str
) -> dict[str, tuple[str, str, tuple[str, str] | None]]:
    """Where each value stands: name -> table, column, and which row."""
    places: dict[str, tuple[str, str, tuple[str, str] | None]] = {
        f"{own}_{end}": (SETTINGS, f"{own}_{end}", None) for own in OWN for end in ("warning", "critical")
    }
    for (factor,) in _rows(connection, schema, FACTORS, "factor_type"):
        places[f"{factor}_weight"] = (FACTORS, "weight", ("factor_type", factor))
    for seed in PARAMETERS:
        for (parameter,) in _rows(connection, schema, seed, "parameter"):
            places[parameter] = (seed, "value", ("parameter", parameter))
    return places


def _rows(connection: psycopg.Connection, schema: str, table: str, column: str) -> Sequence[tuple[str]]:
    return connection.execute(
        sql.SQL("select {} from {}").format(sql.Identifier(column), sql.Identifier(schema, table))
    ).fetchall()


def _fill_in_defaults(connection: psycopg.Connection, schema: str) -> None:
    """A coach's settings hold both thresholds of a factor or neither: what is not set is the default."""
    for own, factor in OWN.items():
        for end in ("warning", "critical"):
            connection.execute(
                sql.SQL(
                    "update {settings} set {column} = coalesce({column}, "
                    "(select {default} from {factors} where factor_type = {factor}))"
                ).format(
                    settings=sql.Identifier(schema, SETTINGS),
                    column=sql.Identifier(f"{own}_{end}"),
                    default=sql.Identifier(f"{end}_threshold"),
                    factors=sql.Identifier(schema, FACTORS),
                    factor=sql.Literal(factor),
                )
            )


def _check_order(connection: psycopg.Connection, schema: str) -> None:
    for own in OWN:
        row = connection.execute(
            sql.SQL("select {}, {} from {}").format(
                sql.Identifier(f"{own}_warning"),
                sql.Identifier(f"{own}_critical"),
                sql.Identifier(schema, SETTINGS),
            )
        ).fetchone()
        warning, critical = row or (0, 0)
        falls = own.endswith("_decline")
        if (critical >= warning) if falls else (critical <= warning):
            raise WarehouseError(f"{own}_critical ({critical}) must lie beyond {own}_warning ({warning}).")
