"""`warehouse reset`: drops all data and migrates the empty database."""

import psycopg
from psycopg import sql

from warehouse import embedded
from warehouse.connection import connect
from warehouse.errors import WarehouseError
from warehouse.sql_files import load_sql
from warehouse.tables import SOURCE_TABLES

OWN_SCHEMAS = (
    "analytics_api",
    "analytics_intermediate",
    "analytics_seeds",
    "analytics_staging",
    "cue_detection",
    "operations",
    "warehouse",
    "what_if",
)


def start_server() -> None:
    """Start the embedded server; one that cannot be started is deleted and initialized again.

    Raises WarehouseError if its files belong to another user or the new server does not start.
    """
    try:
        embedded.up()
    except WarehouseError:
        embedded.remove()
        embedded.up()


def drop_everything() -> None:
    """Drop all schemas of the project, including source tables and marts.

    Raises WarehouseError and changes nothing if a source table existed before the migrations or a schema
    contains objects of another role: the data of a transcription service could not be loaded again.
    """
    with connect() as connection:
        try:
            with connection.transaction():
                _check_source_tables(connection)
                _check_owners(connection)
                for schema in (*OWN_SCHEMAS, "ai_backend"):
                    connection.execute(
                        sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
                    )
                connection.execute("drop table if exists public.coach_clients cascade")
        except psycopg.errors.InsufficientPrivilege as error:
            raise WarehouseError(
                f"{error.diag.message_primary}: nothing was deleted. Use the role that ran the migrations."
            ) from None


def _check_source_tables(connection: psycopg.Connection) -> None:
    names = [f"{table.schema}.{table.name}" for table in SOURCE_TABLES]
    present = {n for n in names if connection.execute("select to_regclass(%s)", [n]).fetchone() != (None,)}
    if connection.execute("select to_regclass('warehouse.created_source_tables')").fetchone() != (None,):
        rows = connection.execute("select table_name from warehouse.created_source_tables").fetchall()
        present -= {row[0] for row in rows}
    if present:
        raise WarehouseError(
            f"{', '.join(sorted(present))}: not created by this project; nothing was deleted. "
            f"To delete only this project's data, drop the schemas {', '.join(OWN_SCHEMAS)} by hand."
        )


def _check_owners(connection: psycopg.Connection) -> None:
    rows = connection.execute(load_sql(__package__, "relations_of_other_owners")).fetchall()
    if rows:
        raise WarehouseError(
            f"{', '.join(row[0] for row in rows)}: created by another role; nothing was deleted. "
            f"To delete only this project's data, drop the schemas {', '.join(OWN_SCHEMAS)} by hand."
        )
