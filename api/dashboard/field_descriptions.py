"""Field descriptions for the dashboard's tooltips, derived from the OpenAPI document.

They say "unknown" where the OpenAPI document says null.
"""

import re
from typing import Any

FieldDescriptions = dict[str, dict[str, str]]
REDUNDANT_NULL = re.compile(r"[;,] null (?:when|if) unknown\b", re.IGNORECASE)
CODE = re.compile(r"`([^`]*)`")


def field_descriptions(document: dict[str, Any]) -> FieldDescriptions:
    """Returns the descriptions by schema and field."""
    return {
        name: {
            field: plain_text(definition["description"])
            for field, definition in schema.get("properties", {}).items()
            if "description" in definition
        }
        for name, schema in document["components"]["schemas"].items()
        if "properties" in schema
    }


def plain_text(description: str) -> str:
    text = REDUNDANT_NULL.sub("", CODE.sub(r"\1", description))
    return re.sub(r"\bNull\b", "Unknown", re.sub(r"\bnull\b", "unknown", text))
