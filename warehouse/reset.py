"""`warehouse reset`: back to an empty, migrated database."""

import psycopg
from psycopg import sql

from warehouse import embedded
from warehouse.connection import connect
from warehouse.errors import WarehouseError
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
    """Start the embedded server; one that can't be started is deleted, and a new one made.

    Raises WarehouseError when its files belong to another user, or when the new one doesn't start either.
    """
    try:
        embedded.up()
    except WarehouseError:
        embedded.remove()
        embedded.up()


def drop_everything() -> None:
    """Drop what the migrations, dbt, the detector and the API made: source tables, marts and all.

    Raises WarehouseError, having changed nothing, when a source table was there before our migrations, or
    when a schema holds what another role made: then it is somebody's transcription service, and a reset would
    delete what can't be loaded again.
    """
    with connect() as connection:
        try:
            with connection.transaction():
                _refuse_foreign_tables(connection)
                _refuse_objects_of_others(connection)
                for schema in (*OWN_SCHEMAS, "ai_backend"):
                    connection.execute(
                        sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
                    )
                connection.execute("drop table if exists public.coach_clients cascade")
        except psycopg.errors.InsufficientPrivilege as error:
            raise WarehouseError(
                f"{error.diag.message_primary}: nothing was deleted. Use the log-in that ran the migrations."
            ) from None


def _refuse_foreign_tables(connection: psycopg.Connection) -> None:
    names = [f"{table.schema}.{table.name}" for table in SOURCE_TABLES]
    present = {n for n in names if connection.execute("select to_regclass(%s)", [n]).fetchone() != (None,)}
    if connection.execute("select to_regclass('warehouse.created_source_tables')").fetchone() != (None,):
        rows = connection.execute("select table_name from warehouse.created_source_tables").fetchall()
        present -= {row[0] for row in rows}
    if present:
        raise WarehouseError(
            f"{', '.join(sorted(present))}: not created by this project, so nothing was deleted. "
            f"To remove only our own, drop the schemas {', '.join(OWN_SCHEMAS)} by hand."
        )


def _refuse_objects_of_others(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select oid::regclass::text from pg_class where relnamespace = to_regnamespace('ai_backend') "
        "and relkind in ('r', 'v', 'm', 'p') and pg_get_userbyid(relowner) <> current_user order by 1"
    ).fetchall()
    if rows:
        raise WarehouseError(
            f"{', '.join(row[0] for row in rows)}: made by another role, so nothing was deleted. "
            f"To remove only our own, drop the schemas {', '.join(OWN_SCHEMAS)} by hand."
        )
