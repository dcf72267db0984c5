"""Reads CSV files for `warehouse load`: UTF-8 (with or without a byte order mark), comma, quotes doubled.

Messages contain file, line and reason, never a value, which may be transcript text; in a file without a
header line this includes the column names.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from warehouse.errors import WarehouseError

csv.field_size_limit(64 * 1024 * 1024)
COLUMN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def read_header(path: Path) -> tuple[str, ...]:
    """Return the column names of the first line.

    Raises WarehouseError for an empty header, an invalid name and a duplicate name.
    """
    _, header = next(_records(path), (1, []))
    columns = tuple(name.strip() for name in header)
    if not any(columns):
        raise WarehouseError(f"{path.name} line 1: the file is empty; its first line must name the columns.")
    for position, name in enumerate(columns, start=1):
        if not COLUMN_NAME.fullmatch(name):
            raise WarehouseError(f"{path.name} line 1: column {position} has an invalid name.")
    if repeated := {name for name in columns if columns.count(name) > 1}:
        raise WarehouseError(f"{path.name} line 1: duplicate column {', '.join(sorted(repeated))}.")
    return columns


def read_rows(path: Path, width: int) -> Iterator[tuple[int, Sequence[str | None]]]:
    """Return each row with the number of its first line; empty fields are None, empty lines are skipped.

    Raises WarehouseError for rows with another number of values than `width`, invalid UTF-8 or invalid CSV.
    """
    records = _records(path)
    next(records, None)
    for line, row in records:
        if len(row) != width:
            raise WarehouseError(
                f"{path.name} line {line}: {len(row)} values, but the header has {width} columns."
            )
        yield line, [value or None for value in row]


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        # invalid UTF-8 is decoded to lone surrogates here, so that it is reported with its row
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as handle:
            without_bom = (text.removeprefix("\ufeff") if n == 0 else text for n, text in enumerate(handle))
            reader = csv.reader(without_bom, strict=True)
            while True:
                line = reader.line_num + 1
                try:
                    row = next(reader)
                    text = "".join(row).encode()
                except StopIteration:
                    return
                except csv.Error as error:
                    raise WarehouseError(f"{path.name} line {line}: invalid CSV ({error}).") from None
                except UnicodeEncodeError:
                    raise WarehouseError(f"{path.name} line {line}: invalid UTF-8.") from None
                if b"\0" in text:
                    raise WarehouseError(
                        f"{path.name} line {line}: contains a zero byte, which is invalid in text."
                    )
                if row:
                    yield line, row
    except OSError as error:
        raise WarehouseError(f"Cannot read {path.name}: {error.strerror}.") from None
