"""The words in which the page explains its numbers: the field descriptions of the OpenAPI document.

They are written once, beside the fields that they describe. Where the contract says null, a coach reads
"unknown".
"""

import re
from typing import Any

Words = dict[str, dict[str, str]]
SAID_TWICE = re.compile(r"[;,] null (?:when|if) unknown\b", re.IGNORECASE)
CODE = re.compile(r"`([^`]*)`")


def words(document: dict[str, Any]) -> Words:
    """What each field of each answer says, by schema and field."""
    return {
        name: {
            field: plain(described["description"])
            for field, described in schema.get("properties", {}).items()
            if "description" in described
        }
        for name, schema in document["components"]["schemas"].items()
        if "properties" in schema
    }


def plain(description: str) -> str:
    """A description without the contract's own words."""
    text = SAID_TWICE.sub("", CODE.sub(r"\1", description))
    return re.sub(r"\bNull\b", "Unknown", re.sub(r"\bnull\b", "unknown", text))
