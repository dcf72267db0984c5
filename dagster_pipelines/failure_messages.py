"""What may be said of a failure: a sentence of our own, or the kind of the error, never a value."""

import re
from typing import Any

CLASS_NAME = re.compile(r"^(\w+\.)*Failure: ")
"""What Dagster puts before the sentence of a failure."""


def failure_message(error: Any) -> str:
    """The reason of a step's failure in one line. Only our own failures are quoted: others may hold a row."""
    while error is not None and error.cls_name != "Failure" and error.cause:
        error = error.cause
    if error is None:
        return "unknown reason"
    if error.cls_name == "Failure":
        return CLASS_NAME.sub("", " ".join(str(error.message).split()))[:500]
    return str(error.cls_name)
