"""Reads CSV files for `warehouse load`: UTF-8 (with or without a byte order mark), comma, quotes doubled.

Messages name file, line and reason. They never quote a value: it may be somebody's words, and in a file
without a header line even a column's name may be.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from warehouse.errors import WarehouseError

csv.field_size_limit(64 * 1024 * 1024)
COLUMN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def read_header(path: Path) -> tuple[str, ...]:
    """The column names in the first line.

    Raises WarehouseError when there are none, when one is no name, or when one stands there twice.
    """
    _, header = next(_records(path), (1, []))
    columns = tuple(name.strip() for name in header)
    if not any(columns):
        raise WarehouseError(f"{path.name} line 1: the file is empty; its first line must name the columns.")
    for place, name in enumerate(columns, start=1):
        if not COLUMN_NAME.fullmatch(name):
            raise WarehouseError(f"{path.name} line 1: what stands in place {place} is no column name.")
    if repeated := {name for name in columns if columns.count(name) > 1}:
        raise WarehouseError(f"{path.name} line 1: column {', '.join(sorted(repeated))} stands there twice.")
    return columns


def read_rows(path: Path, width: int) -> Iterator[tuple[int, Sequence[str | None]]]:
    """Each row below the header with the line it starts in; an empty field is None, an empty line is skipped.

    Raises WarehouseError for a row that hasn't `width` values, is no UTF-8 or breaks the CSV format.
    """
    records = _records(path)
    next(records, None)
    for line, row in records:
        if len(row) != width:
            raise WarehouseError(
                f"{path.name} line {line}: {len(row)} values, but the header names {width} columns."
            )
        yield line, [value or None for value in row]


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        # Bytes that are no UTF-8 pass here as lone surrogates, so that they are found in their own row.
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as handle:
            without_mark = (text.removeprefix("\ufeff") if n == 0 else text for n, text in enumerate(handle))
            reader = csv.reader(without_mark, strict=True)
            while True:
                line = reader.line_num + 1
                try:
                    row = next(reader)
                    text = "".join(row).encode()
                except StopIteration:
                    return
                except csv.Error as error:
                    raise WarehouseError(f"{path.name} line {line}: not readable as CSV ({error}).") from None
                except UnicodeEncodeError:
                    raise WarehouseError(f"{path.name} line {line}: not readable as UTF-8.") from None
                if b"\0" in text:
                    raise WarehouseError(f"{path.name} line {line}: holds a zero byte, which no text can.")
                if row:
                    yield line, row
    except OSError as error:
        raise WarehouseError(f"{path.name} can't be read: {error.strerror}.") from None
