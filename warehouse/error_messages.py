"""What it means to whoever typed a command that the database refused: a sentence, and no value of any row."""

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
    """Raise WarehouseError for a psycopg.Error that the block lets out."""
    try:
        yield
    except psycopg.Error as error:
        raise WarehouseError(_sentence(error)) from None


def _sentence(error: psycopg.Error) -> str:
    """Postgres' own words are repeated only where they hold nothing but names of tables and roles."""
    said = error.diag.message_primary or str(error).partition("\n")[0]
    match error:
        case errors.InsufficientPrivilege():
            return f"The database refused: {said}. Use the log-in that ran `warehouse migrate`."
        case errors.ReadOnlySqlTransaction():
            return f"The database refused: {said}. Use a server and a log-in that may write."
        case psycopg.ProgrammingError() if isinstance(error, NOT_MIGRATED):
            return f"The database lacks something: {said}. Run `warehouse migrate`, then `make pipeline`."
        case psycopg.OperationalError():
            return f"The database broke off: {said}. What was under way was undone; run the command again."
    return f"The database refused ({type(error).__name__}, SQLSTATE {error.sqlstate})."
