"""The mark that ties an answer, its log lines and its audit row together."""

import re

HEADER = "X-Correlation-ID"
ACCEPTABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_valid_id(given: str) -> bool:
    """Whether a caller's own mark may be used: short, no e-mail, nothing that breaks a header."""
    return ACCEPTABLE.fullmatch(given) is not None
