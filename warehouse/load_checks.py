"""Validates rows before they are loaded.

Messages contain file, line, column and reason, but no values, which may be transcript text.
"""

import re

import psycopg
from psycopg import sql

from warehouse.errors import WarehouseError
from warehouse.sql_files import load_sql
from warehouse.tables import SourceTable

LIMITED_TEXT = re.compile(r"character(?: varying)?\((\d+)\)")
MAX_REPORTED_LINES = 5


def check_rows(
    connection: psycopg.Connection, table: SourceTable, source: str, types: dict[str, str]
) -> None:
    """Check the rows of the temporary table `incoming`; raises WarehouseError for the first invalid ones."""
    _check_required(connection, table, source, types)
    _check_types(connection, source, types)
    _check_limits(connection, source, types)
    _check_duplicates(connection, table, source, types)
    _check_references(connection, table, source, types)


def _fail(connection: psycopg.Connection, query: sql.Composed, source: str, reason: str) -> None:
    lines = [
        row[0]
        for row in connection.execute(
            query + sql.SQL(" order by line limit {}").format(MAX_REPORTED_LINES + 1)
        )
    ]
    if lines:
        more = " and more" if len(lines) > MAX_REPORTED_LINES else ""
        word = "line" if len(lines) == 1 else "lines"
        where = ", ".join(str(line) for line in lines[:MAX_REPORTED_LINES])
        raise WarehouseError(f"{source} {word} {where}{more}: {reason}")


def _check_required(
    connection: psycopg.Connection, table: SourceTable, source: str, types: dict[str, str]
) -> None:
    required = [
        name
        for name, _, is_required, has_default in connection.execute(
            load_sql(__package__, "column_types"), {"table": f"{table.schema}.{table.name}"}
        )
        if is_required and (name in types or not has_default)
    ]
    for column in required:
        if column not in types:
            raise WarehouseError(f"{source} line 1: the column {column} is missing.")
        query = sql.SQL("select line from incoming where {} is null").format(sql.Identifier(column))
        _fail(connection, query, source, f"{column} is required.")


def _check_types(connection: psycopg.Connection, source: str, types: dict[str, str]) -> None:
    probes = sql.SQL(", ").join(
        sql.SQL("count({}::{})").format(sql.Identifier(c), sql.SQL(t)) for c, t in types.items()
    )
    try:
        with connection.transaction():
            connection.execute(sql.SQL("select {} from incoming").format(probes))
        return
    except (psycopg.DataError, psycopg.IntegrityError):
        connection.execute(load_sql(__package__, "cast_probe"))
    for column, type_name in types.items():
        query = sql.SQL("select line from incoming where not pg_temp.can_cast({}, {})").format(
            sql.Identifier(column), sql.Literal(type_name)
        )
        _fail(connection, query, source, f"{column} is not a valid {type_name}.")


def _check_limits(connection: psycopg.Connection, source: str, types: dict[str, str]) -> None:
    """Reject values that can be cast but not stored or computed: too long text, NaN, infinity."""
    for column, type_name in types.items():
        name, cast = sql.Identifier(column), sql.SQL(type_name)
        if limit := LIMITED_TEXT.fullmatch(type_name):
            test = sql.SQL("char_length({}) > {}").format(name, int(limit[1]))
            reason = f"{column} is longer than {limit[1]} characters."
        elif type_name.startswith(("numeric", "real", "double")):
            test = sql.SQL("{}::{} in ('NaN', 'Infinity', '-Infinity')").format(name, cast)
            reason = f"{column} is not a finite number."
        elif type_name.startswith(("date", "timestamp")):
            test = sql.SQL("not isfinite({}::{})").format(name, cast)
            reason = f"{column} is not a finite date or timestamp."
        else:
            continue
        _fail(connection, sql.SQL("select line from incoming where {}").format(test), source, reason)


def _check_duplicates(
    connection: psycopg.Connection, table: SourceTable, source: str, types: dict[str, str]
) -> None:
    key = sql.SQL(", ").join(
        sql.SQL("{}::{}").format(sql.Identifier(c), sql.SQL(types[c])) for c in table.key
    )
    query = sql.SQL(
        "select line from (select line, row_number() over (partition by {} order by line) as n "
        "from incoming) as k where n > 1"
    ).format(key)
    _fail(connection, query, source, f"duplicate {' and '.join(table.key)}.")


def _check_references(
    connection: psycopg.Connection, table: SourceTable, source: str, types: dict[str, str]
) -> None:
    for column, parent in table.parents:
        if column in types:
            query = sql.SQL(
                "select line from incoming as i where i.{column} is not null and not exists "
                "(select from {parent} as p where p.id = i.{column}::uuid)"
            ).format(column=sql.Identifier(column), parent=sql.Identifier(*parent.split(".")))
            _fail(connection, query, source, f"{column} references a row that {parent} does not contain.")
