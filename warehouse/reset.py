"""`warehouse reset`: back to an empty, migrated database."""

import psycopg
from psycopg import sql

from warehouse.connection import connect
from warehouse.errors import WarehouseError
from warehouse.tables import SOURCE_TABLES

OWN_SCHEMAS = (
    "analytics_api",
    "analytics_intermediate",
    "analytics_seeds",
    "analytics_staging",
    "cue_detection",
    "warehouse",
)


def drop_everything() -> None:
    """Drop what the migrations, dbt, the detector and the API made: source tables, marts and all.

    Raises WarehouseError, having changed nothing, when a source table was there before our migrations: then it
    is somebody's transcription service, and a reset would delete what can't be loaded again.
    """
    with connect() as connection, connection.transaction():
        _refuse_foreign_tables(connection)
        for schema in (*OWN_SCHEMAS, "ai_backend"):
            connection.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))
        connection.execute("drop table if exists public.coach_clients cascade")


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
