"""Translates database errors into messages for the command line, without values of rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from warehouse.errors import WarehouseError

NOT_MIGRATED = (
    errors.UndefinedTable,
    errors.InvalidSchemaName,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
)


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """Raise WarehouseError for a psycopg.Error of the block."""
    try:
        yield
    except psycopg.Error as error:
        raise WarehouseError(_message(error)) from None


def _message(error: psycopg.Error) -> str:
    """Postgres' message is repeated only where it contains just names of tables and roles."""
    reported = error.diag.message_primary or str(error).partition("\n")[0]
    match error:
        case errors.InsufficientPrivilege():
            return f"Rejected by the database: {reported}. Use the login role that ran `warehouse migrate`."
        case errors.ReadOnlySqlTransaction():
            return f"Rejected by the database: {reported}. Use a server and login role with write access."
        case psycopg.ProgrammingError() if isinstance(error, NOT_MIGRATED):
            return f"Incomplete schema: {reported}. Run `warehouse migrate`, then `make pipeline`."
        case psycopg.OperationalError():
            return f"Database error: {reported}. The transaction was rolled back; run the command again."
    return f"The database returned an error ({type(error).__name__}, SQLSTATE {error.sqlstate})."
