"""Applies numbered SQL files, each once and in a transaction, and records them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from warehouse.connection import connect
from warehouse.errors import WarehouseError
from warehouse.sql_files import load_sql

MIGRATIONS_DIR = Path(__file__).parent / "migrations"
LOCK_KEY = 0x0C0AC41
"""Advisory lock that serializes concurrent migrations."""


@dataclass(frozen=True)
class Migration:
    """A migration file."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def available(directory: Path = MIGRATIONS_DIR) -> list[Migration]:
    """Return all migrations by number; raises WarehouseError if two files have the same number."""
    found = [
        Migration(int(path.stem[:4]), path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(directory.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    ]
    versions = [migration.version for migration in found]
    if len(set(versions)) != len(versions):
        raise WarehouseError(f"Two migrations in {directory} have the same number: rename one of them.")
    return found


def migrate(report: Callable[[str], None] = lambda _: None, directory: Path = MIGRATIONS_DIR) -> int:
    """Apply the pending migrations as the owner; return their number.

    Raises WarehouseError with the file's name if a migration fails (it is rolled back) or an applied one was
    changed.
    """
    with connect(autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK_KEY])
        try:
            _create_migrations_table(connection)
            applied: dict[int, str] = dict(
                connection.execute("select version, checksum from warehouse.schema_migrations").fetchall()
            )
            pending = [m for m in available(directory) if not _is_applied(m, applied)]
            for migration in pending:
                _apply(connection, migration)
                report(f"applied {migration.name}")
            return len(pending)
        finally:
            connection.execute("select pg_advisory_unlock(%s)", [LOCK_KEY])


def _create_migrations_table(connection: psycopg.Connection) -> None:
    try:
        connection.execute(load_sql(__package__, "create_schema_migrations"))
    except psycopg.errors.InsufficientPrivilege as error:
        raise WarehouseError(
            f"{error.diag.message_primary}: {connection.info.user} can't create the schema warehouse. "
            f"As the database's owner, run: grant create on database {connection.info.dbname} "
            f"to {connection.info.user}."
        ) from None


def _is_applied(migration: Migration, applied: dict[int, str]) -> bool:
    if migration.version not in applied:
        return False
    if applied[migration.version] != migration.checksum:
        raise WarehouseError(
            f"Migration {migration.name} was changed after it was applied. "
            "Restore the file and write the change as a new migration."
        )
    return True


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    try:
        with connection.transaction():
            # without parameters a string may contain several statements
            connection.execute(migration.sql.encode())
            connection.execute(
                "insert into warehouse.schema_migrations (version, name, checksum) values (%s, %s, %s)",
                [migration.version, migration.name, migration.checksum],
            )
    except psycopg.Error as error:
        raise WarehouseError(
            f"Migration {migration.name} failed and was rolled back: {error.diag.message_primary or error}"
        ) from error
