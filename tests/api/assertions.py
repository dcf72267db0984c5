"""Compares responses with mart rows, independently of the API's own serialization."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

Owner = psycopg.Connection[dict[str, Any]]


def as_json(value: Any) -> Any:
    """Numbers become JSON numbers, ids strings, dates and timestamps ISO 8601, timestamps with offset."""
    match value:
        case datetime():
            assert value.tzinfo is not None
            return value.isoformat()
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Decimal():
            return float(value)
        case Mapping():
            return {key: as_json(item) for key, item in value.items()}
        case str() | None | bool() | int() | float():
            return value
        case Sequence():
            return [as_json(item) for item in value]
    raise TypeError(type(value))


def normalize_timestamps(response: Any) -> Any:
    """Unifies the fraction of a second, which may end in zeros or not."""
    match response:
        case dict():
            return {key: normalize_timestamps(item) for key, item in response.items()}
        case list():
            return [normalize_timestamps(item) for item in response]
        case str() if len(response) > 18 and response[10] == "T":
            return datetime.fromisoformat(response).isoformat()
    return response


def assert_equals_row(
    response: Mapping[str, Any], row: Mapping[str, Any], *, without: Sequence[str] = ()
) -> None:
    """Each field equals the mart column of the same name; only the columns `without` are missing."""
    assert set(response) == set(row) - set(without)
    expected = {key: as_json(value) for key, value in row.items() if key not in without}
    assert normalize_timestamps(dict(response)) == normalize_timestamps(expected)
