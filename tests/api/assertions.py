"""How a row of a mart looks in an answer: an independent statement of the contract's first paragraph."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

Owner = psycopg.Connection[dict[str, Any]]


def as_json(value: Any) -> Any:
    """Numbers as JSON numbers, ids as strings, dates and timestamps ISO-8601, timestamps with offset."""
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


def same_moment(answer: Any) -> Any:
    """The answer with timestamps in one spelling: the fraction of a second may end in zeros or not."""
    match answer:
        case dict():
            return {key: same_moment(item) for key, item in answer.items()}
        case list():
            return [same_moment(item) for item in answer]
        case str() if len(answer) > 18 and answer[10] == "T":
            return datetime.fromisoformat(answer).isoformat()
    return answer


def assert_equals_row(
    answer: Mapping[str, Any], row: Mapping[str, Any], *, without: Sequence[str] = ()
) -> None:
    """Each field of the answer equals the mart's column of its name; all columns are there but `without`."""
    assert set(answer) == set(row) - set(without)
    expected = {key: as_json(value) for key, value in row.items() if key not in without}
    assert same_moment(dict(answer)) == same_moment(expected)
