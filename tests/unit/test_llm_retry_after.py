from datetime import UTC, datetime

import pytest

from cue_detector.llm.client import retry_after_seconds

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Sun, 22 Nov 2026 12:00:07 GMT", 7.0),
        ("Sun, 22 Nov 2026 11:59:00 GMT", 0.0),
        ("soon", None),
    ],
)
def test_retry_after_seconds__accepts_numbers_and_http_dates(header: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": header}, NOW) == seconds


def test_retry_after_seconds__is_none_without_the_header() -> None:
    assert retry_after_seconds({}, NOW) is None
