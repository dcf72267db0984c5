"""`warehouse load DIR`: loads source tables from CSV files in one transaction.

Values are copied as text into a temporary table with their line numbers, validated there by set-based checks
(warehouse/load_checks.py), and then written to the source table.
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
from warehouse.load_checks import check_rows
from warehouse.sql_files import load_sql
from warehouse.tables import SOURCE_TABLES, SourceTable

LOCK_KEY = 0x0C0AC42
"""Advisory lock that serializes loads; two concurrent ones could insert the same rows."""


@dataclass(frozen=True)
class Loaded:
    """Result of one batch."""

    source: str
    rows: int
    """Number of new or changed rows."""

    def __str__(self) -> str:
        return f"{self.source}: {self.rows} rows new or changed"


@dataclass(frozen=True)
class Batch:
    """Rows for one source table; values are text or None, each row with its line number."""

    table: SourceTable
    source: str
    """Name of the file, for messages."""
    columns: tuple[str, ...]
    rows: Iterable[tuple[int, Sequence[str | None]]]


def load_directory(directory: Path) -> list[str]:
    """Load every CSV file of `directory` that is named like a source table; return a report line per file.

    Empty fields are null. Rows with an existing key are updated if they differ. Raises WarehouseError with
    file, line and reason, and loads nothing, for unknown columns, invalid or missing values, duplicate keys
    and violated foreign keys.
    """
    files = {path.stem: path for path in _entries(directory) if path.suffix == ".csv"}
    batches = [_file_batch(table, files.pop(table.name)) for table in SOURCE_TABLES if table.name in files]
    if not batches:
        names = ", ".join(f"{table.name}.csv" for table in SOURCE_TABLES)
        raise WarehouseError(f"{directory} contains none of the files {names}.")
    ignored = [f"{path.name}: not a source table, ignored" for path in files.values()]
    return [*map(str, load_batches(batches)), *ignored]


def load_batches(batches: Iterable[Batch]) -> list[Loaded]:
    """Load the batches in one transaction, as `load_directory` does."""
    with connect() as connection:
        try:
            with translate_database_errors(), connection.transaction():
                connection.execute("select pg_advisory_xact_lock(%s)", [LOCK_KEY])
                connection.execute(load_sql(__package__, "start_load"))
                return [_load_batch(connection, batch) for batch in batches]
        except WarehouseError as error:
            raise WarehouseError(f"{error} Nothing was loaded.") from None


def _entries(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        raise WarehouseError(f"{directory} is not a directory.") from None
    except OSError as error:
        raise WarehouseError(f"Cannot read {directory}: {error.strerror}.") from None


def _file_batch(table: SourceTable, path: Path) -> Batch:
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
    check_rows(connection, batch.table, batch.source, types)
    try:
        changed = _write(connection, batch.table, table, types)
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.RaiseException) as error:
        # names only, since Postgres' message and detail may contain values
        rule = error.diag.constraint_name or f"{type(error).__name__}, SQLSTATE {error.sqlstate}"
        raise WarehouseError(
            f"{batch.source}: the rows violate {rule} of {batch.table.schema}.{batch.table.name}."
        ) from None
    return Loaded(batch.source, changed)


def _column_types(connection: psycopg.Connection, batch: Batch) -> dict[str, str]:
    """Return column -> Postgres type for the columns of the batch."""
    columns = connection.execute(
        load_sql(__package__, "column_types"), {"table": f"{batch.table.schema}.{batch.table.name}"}
    )
    known: dict[str, str] = {name: data_type for name, data_type, *_ in columns}
    if not known:
        raise WarehouseError(
            f"The table {batch.table.schema}.{batch.table.name} is missing: run `warehouse migrate`."
        )
    if unknown := [name for name in batch.columns if name not in known]:
        raise WarehouseError(
            f"{batch.source} line 1: the table {batch.table.name} has no column {', '.join(unknown)}. "
            f"It has: {', '.join(known)}."
        )
    if missing := [name for name in batch.table.key if name not in batch.columns]:
        raise WarehouseError(f"{batch.source} line 1: the column {', '.join(missing)} is missing.")
    return {name: known[name] for name in batch.columns}


def _write(
    connection: psycopg.Connection, source: SourceTable, table: sql.Identifier, types: dict[str, str]
) -> int:
    """Update changed rows, insert new ones, and set `updated_at` of their jobs."""
    is_job = source.name == "transcription_jobs"
    rest = [name for name in types if name not in source.key]
    new: dict[str, sql.Composable] = {name: sql.SQL("n.{}").format(sql.Identifier(name)) for name in types}
    if is_job and "updated_at" in rest:
        # never decreases: a change of the job's utterances may have set it (below)
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
            "{job}) insert into {target} select * from written"
        ).format(
            **parts,
            names=_names("{}", types),
            new=_names("n.{}", types),
            target=sql.Identifier("new_jobs" if is_job else "changed"),
        )
    ).rowcount
    if not (is_job and "updated_at" in types):
        connection.execute(load_sql(__package__, "touch_jobs_of_changed_rows"))
    return changed


def _names(pattern: str, names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(pattern).format(sql.Identifier(name)) for name in names)
