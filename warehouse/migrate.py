"""Plain numbered SQL files, each applied once, in a transaction, with a ledger."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from warehouse.connection import connect
from warehouse.errors import WarehouseError

MIGRATIONS_DIR = Path(__file__).parent / "migrations"
LOCK_KEY = 0x0C0AC41
"""Advisory lock that keeps two starters from migrating at the same time."""

LEDGER = """
create schema if not exists warehouse;
create table if not exists warehouse.schema_migrations (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
);
"""


@dataclass(frozen=True)
class Migration:
    """One file: its number orders it, its checksum shows later tampering."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Hex SHA-256 of the file's text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def available(folder: Path = MIGRATIONS_DIR) -> list[Migration]:
    """All migrations in order of their numbers; two files with one number are refused."""
    found = [
        Migration(int(path.stem[:4]), path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    ]
    versions = [migration.version for migration in found]
    if len(set(versions)) != len(versions):
        raise WarehouseError(f"Two migrations in {folder} have the same number: rename one of them.")
    return found


def migrate(report: Callable[[str], None] = lambda _: None, folder: Path = MIGRATIONS_DIR) -> int:
    """Apply what is missing, as the owner; how many were applied.

    Raises WarehouseError naming the file when one fails (nothing of it stays) or was changed afterwards.
    """
    with connect(autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK_KEY])
        try:
            _create_ledger(connection)
            applied: dict[int, str] = dict(
                connection.execute("select version, checksum from warehouse.schema_migrations").fetchall()
            )
            missing = [m for m in available(folder) if not _is_applied(m, applied)]
            for migration in missing:
                _apply(connection, migration)
                report(f"applied {migration.name}")
            return len(missing)
        finally:
            connection.execute("select pg_advisory_unlock(%s)", [LOCK_KEY])


def _create_ledger(connection: psycopg.Connection) -> None:
    try:
        connection.execute(LEDGER)
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
            f"Migration {migration.name} was changed after it had been applied. "
            "Restore the file, and write the change as a new migration."
        )
    return True


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    try:
        with connection.transaction():
            # Sent without parameters, so that one file may hold many statements.
            connection.execute(migration.sql.encode())
            connection.execute(
                "insert into warehouse.schema_migrations (version, name, checksum) values (%s, %s, %s)",
                [migration.version, migration.name, migration.checksum],
            )
    except psycopg.Error as error:
        raise WarehouseError(
            f"Migration {migration.name} failed and was rolled back: {error.diag.message_primary or error}"
        ) from error
