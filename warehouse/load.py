"""`warehouse load DIR`: source tables from CSV files, all or nothing.

Every value arrives as text in a temporary table that remembers file and line. It is judged there by
set-based checks (warehouse/load_checks.py), and only then written to the source table.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from warehouse.connection import connect
from warehouse.errors import WarehouseError
from warehouse.load_checks import refuse_bad_rows
from warehouse.tables import SOURCE_TABLES, SourceTable

csv.field_size_limit(64 * 1024 * 1024)


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
    if not folder.is_dir():
        raise WarehouseError(f"{folder} is not a folder.")
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    batches = [_read_csv(table, files.pop(table.name)) for table in SOURCE_TABLES if table.name in files]
    if not batches:
        names = ", ".join(f"{table.name}.csv" for table in SOURCE_TABLES)
        raise WarehouseError(f"{folder} holds none of the files {names}.")
    ignored = [f"{path.name}: not a source table, left alone" for path in files.values()]
    return load_batches(batches) + ignored


def load_batches(batches: Iterable[Batch]) -> list[str]:
    """Write the batches in one transaction, as `load_folder` does; one line of report per batch."""
    with connect() as connection, connection.transaction():
        return [_load_batch(connection, batch) for batch in batches]


def _read_csv(table: SourceTable, path: Path) -> Batch:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        header = next(csv.reader(handle), None)
    if not header:
        raise WarehouseError(f"{path.name}: the file is empty; its first line must name the columns.")
    columns = tuple(name.strip() for name in header)
    if repeated := {name for name in columns if columns.count(name) > 1}:
        raise WarehouseError(f"{path.name} line 1: column {', '.join(sorted(repeated))} stands there twice.")
    return Batch(table, path.name, columns, _lines(path, len(columns)))


def _lines(path: Path, width: int) -> Iterator[tuple[int, Sequence[str | None]]]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        reader = csv.reader(handle, strict=True)
        next(reader)
        line = reader.line_num + 1
        try:
            for row in reader:
                if row:
                    if len(row) != width:
                        raise WarehouseError(
                            f"{path.name} line {line}: {len(row)} values, but the header names {width} columns."
                        )
                    yield line, [value if value != "" else None for value in row]
                line = reader.line_num + 1
        except (csv.Error, UnicodeDecodeError) as error:
            raise WarehouseError(f"{path.name} line {line}: not readable as CSV in UTF-8 ({error}).") from None


def _load_batch(connection: psycopg.Connection, batch: Batch) -> str:
    table = sql.Identifier(batch.table.schema, batch.table.name)
    types = _column_types(connection, batch)
    connection.execute("drop table if exists pg_temp.incoming")
    connection.execute(
        sql.SQL("create temporary table incoming (line integer, {}) on commit drop").format(
            sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(c)) for c in batch.columns)
        )
    )
    with connection.cursor().copy("copy incoming from stdin") as copy:
        for line, row in batch.rows:
            copy.write_row((line, *row))
    refuse_bad_rows(connection, batch.table, batch.source, types)
    changed = _write(connection, batch.table, table, types)
    return f"{batch.source}: {changed} rows new or changed"


def _column_types(connection: psycopg.Connection, batch: Batch) -> dict[str, str]:
    """Type of each column that the batch names, as Postgres writes it."""
    known = dict(
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
    values = sql.SQL(", ").join(
        sql.SQL("{}::{} as {}").format(sql.Identifier(c), sql.SQL(t), sql.Identifier(c)) for c, t in types.items()
    )
    connection.execute("drop table if exists pg_temp.changed")
    connection.execute("create temporary table changed (job_id uuid) on commit drop")
    same_key = _all("r.{0} = n.{0}", source.key)
    rest = [name for name in types if name not in source.key]
    report = sql.SQL("returning {}").format(sql.SQL(source.job_of_row or "null::uuid"))
    statements = []
    if rest:
        statements.append(
            sql.SQL(
                "with n as (select {values} from incoming), written as (update {table} as r set {assign} from n "
                "where {same_key} and ({old}) is distinct from ({new}) {report}) "
                "insert into changed select * from written"
            ).format(
                values=values, table=table, same_key=same_key, report=report,
                assign=_join("{0} = n.{0}", rest), old=_join("r.{0}", rest), new=_join("n.{0}", rest),
            )
        )  # fmt: skip
    statements.append(
        sql.SQL(
            "with n as (select {values} from incoming), written as (insert into {table} as r ({names}) "
            "select {new} from n where not exists (select from {table} as r where {same_key}) {report}) "
            "insert into changed select * from written"
        ).format(
            values=values, table=table, same_key=same_key, report=report,
            names=_join("{0}", types), new=_join("n.{0}", types),
        )
    )  # fmt: skip
    changed = sum(connection.execute(statement).rowcount for statement in statements)
    if source.name != "transcription_jobs" or "updated_at" not in types:
        connection.execute(
            "update ai_backend.transcription_jobs set updated_at = now() "
            "where id in (select job_id from changed where job_id is not null)"
        )
    return changed


def _join(pattern: str, names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(pattern).format(sql.Identifier(name)) for name in names)


def _all(pattern: str, names: Iterable[str]) -> sql.Composed:
    return sql.SQL(" and ").join(sql.SQL(pattern).format(sql.Identifier(name)) for name in names)
