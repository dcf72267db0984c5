"""Failure messages that are safe to log: those of our own failures, otherwise only the type of the error."""

import re
from typing import Any

CLASS_NAME = re.compile(r"^(\w+\.)*Failure: ")
"""Prefix that Dagster adds to the message of a failure."""
MAX_MESSAGE_LENGTH = 500


def failure_message(error: Any) -> str:
    """Return the reason of a step's failure in one line; messages of other errors may quote data."""
    while error is not None and error.cls_name != "Failure" and error.cause:
        error = error.cause
    if error is None:
        return "unknown reason"
    if error.cls_name == "Failure":
        return CLASS_NAME.sub("", " ".join(str(error.message).split()))[:MAX_MESSAGE_LENGTH]
    return str(error.cls_name)
