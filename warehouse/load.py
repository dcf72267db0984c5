"""`warehouse load DIR`: source tables from CSV files, all or nothing.

Every value arrives as text in a temporary table that remembers file and line. It is judged there by
set-based checks (warehouse/load_checks.py), and only then written to the source table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from warehouse.connection import connect
from warehouse.csv_files import read_header, read_rows
from warehouse.error_messages import translate_database_errors
from warehouse.errors import WarehouseError
from warehouse.load_checks import refuse_bad_rows
from warehouse.tables import SOURCE_TABLES, SourceTable

LOCK_KEY = 0x0C0AC42
"""Advisory lock that lets loads follow one another: two with the same rows would both find them new."""
START = """
set local time zone 'UTC';
set local datestyle = 'ISO, YMD';
create temporary table new_jobs (job_id uuid) on commit drop;
create temporary table changed (job_id uuid) on commit drop;
"""
"""A time without a zone is UTC, whatever the server's own zone is."""


@dataclass(frozen=True)
class Loaded:
    """What became of one batch."""

    source: str
    rows: int
    """New or changed; what was there already as it is now is not counted."""

    def __str__(self) -> str:
        return f"{self.source}: {self.rows} rows new or changed"


@dataclass(frozen=True)
class Batch:
    """Rows for one source table, values as text (None = null), each with the line it came from."""

    table: SourceTable
    source: str
    """Where they come from, for messages: a file's name."""
    columns: tuple[str, ...]
    rows: Iterable[tuple[int, Sequence[str | None]]]


def load_folder(folder: Path) -> list[str]:
    """Load every CSV file of `folder` that is named like a source table; one line of report per file.

    An empty field is null. Rows whose key is there already are updated; unchanged rows are left alone.
    Raises WarehouseError with file, line and reason, and nothing is loaded, for unknown columns, values that
    can't be cast, missing values, repeated keys and broken references.
    """
    files = {path.stem: path for path in _entries(folder) if path.suffix == ".csv"}
    batches = [_of_file(table, files.pop(table.name)) for table in SOURCE_TABLES if table.name in files]
    if not batches:
        names = ", ".join(f"{table.name}.csv" for table in SOURCE_TABLES)
        raise WarehouseError(f"{folder} holds none of the files {names}.")
    ignored = [f"{path.name}: not a source table, left alone" for path in files.values()]
    return [*map(str, load_batches(batches)), *ignored]


def load_batches(batches: Iterable[Batch]) -> list[Loaded]:
    """Write the batches in one transaction, as `load_folder` does."""
    with connect() as connection:
        try:
            with translate_database_errors(), connection.transaction():
                connection.execute("select pg_advisory_xact_lock(%s)", [LOCK_KEY])
                connection.execute(START)
                return [_load_batch(connection, batch) for batch in batches]
        except WarehouseError as error:
            raise WarehouseError(f"{error} Nothing was loaded.") from None


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        raise WarehouseError(f"{folder} is not a folder.") from None
    except OSError as error:
        raise WarehouseError(f"{folder} can't be read: {error.strerror}.") from None


def _of_file(table: SourceTable, path: Path) -> Batch:
    columns = read_header(path)
    return Batch(table, path.name, columns, read_rows(path, len(columns)))


def _load_batch(connection: psycopg.Connection, batch: Batch) -> Loaded:
    table = sql.Identifier(batch.table.schema, batch.table.name)
    types = _column_types(connection, batch)
    connection.execute("drop table if exists pg_temp.incoming")
    connection.execute(
        sql.SQL("create temporary table incoming (line integer, {}) on commit drop").format(
            _names("{} text", batch.columns)
        )
    )
    with connection.cursor().copy("copy incoming from stdin") as copy:
        for line, row in batch.rows:
            copy.write_row((line, *row))
    refuse_bad_rows(connection, batch.table, batch.source, types)
    try:
        changed = _write(connection, batch.table, table, types)
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.RaiseException) as error:
        # Only names: Postgres' own message and detail may hold values.
        rule = error.diag.constraint_name or f"{type(error).__name__}, SQLSTATE {error.sqlstate}"
        raise WarehouseError(
            f"{batch.source}: the rows break a rule of {batch.table.schema}.{batch.table.name} ({rule})."
        ) from None
    return Loaded(batch.source, changed)


def _column_types(connection: psycopg.Connection, batch: Batch) -> dict[str, str]:
    """Type of each column that the batch names, as Postgres writes it."""
    known: dict[str, str] = dict(
        connection.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
            [f"{batch.table.schema}.{batch.table.name}"],
        ).fetchall()
    )
    if not known:
        raise WarehouseError(
            f"The table {batch.table.schema}.{batch.table.name} is missing: run `warehouse migrate`."
        )
    if unknown := [name for name in batch.columns if name not in known]:
        raise WarehouseError(
            f"{batch.source} line 1: the table {batch.table.name} has no column {', '.join(unknown)}. "
            f"It has: {', '.join(known)}."
        )
    if absent := [name for name in batch.table.key if name not in batch.columns]:
        raise WarehouseError(f"{batch.source} line 1: the column {', '.join(absent)} must be there.")
    return {name: known[name] for name in batch.columns}


def _write(
    connection: psycopg.Connection, source: SourceTable, table: sql.Identifier, types: dict[str, str]
) -> int:
    """Update rows that differ, insert rows that are missing, and mark the jobs they belong to as updated."""
    is_job = source.name == "transcription_jobs"
    rest = [name for name in types if name not in source.key]
    new: dict[str, sql.Composable] = {name: sql.SQL("n.{}").format(sql.Identifier(name)) for name in types}
    if is_job and "updated_at" in rest:
        # Never back: it may have been moved by a change of the job's utterances, below.
        new["updated_at"] = sql.SQL("greatest(r.updated_at, n.updated_at)")
    parts = {
        "table": table,
        "values": sql.SQL(", ").join(
            sql.SQL("{0}::{1} as {0}").format(sql.Identifier(c), sql.SQL(t)) for c, t in types.items()
        ),
        "same_key": sql.SQL(" and ").join(
            sql.SQL("r.{0} = n.{0}").format(sql.Identifier(c)) for c in source.key
        ),
        "job": sql.SQL(source.job_of_row or "null::uuid"),
    }
    connection.execute("truncate changed")
    changed = 0
    if rest:
        changed += connection.execute(
            sql.SQL(
                "with n as (select {values} from incoming), written as (update {table} as r set {assign} "
                "from n where {same_key} and ({old}) is distinct from ({new}) returning {job}) "
                "insert into changed select * from written"
            ).format(
                **parts,
                assign=sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(c), new[c]) for c in rest),
                old=_names("r.{}", rest),
                new=sql.SQL(", ").join(new[c] for c in rest),
            )
        ).rowcount
    changed += connection.execute(
        sql.SQL(
            "with n as (select {values} from incoming), written as (insert into {table} as r ({names}) "
            "select {new} from n where not exists (select from {table} as r where {same_key}) returning "
            "{job}) insert into {touched} select * from written"
        ).format(
            **parts,
            names=_names("{}", types),
            new=_names("n.{}", types),
            touched=sql.Identifier("new_jobs" if is_job else "changed"),
        )
    ).rowcount
    if not (is_job and "updated_at" in types):
        connection.execute(
            "update ai_backend.transcription_jobs set updated_at = now() "
            "where id in (select job_id from changed) and id not in (select job_id from new_jobs)"
        )
    return changed


def _names(pattern: str, names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(pattern).format(sql.Identifier(name)) for name in names)
