"""The correlation id, which links a response with its log lines and its audit row."""

import re

HEADER = "X-Correlation-ID"
PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_valid_id(value: str) -> bool:
    """Accepts a client's own id only if it is short and cannot hold an e-mail address or break a header."""
    return PATTERN.fullmatch(value) is not None
