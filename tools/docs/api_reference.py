"""docs/reference/api.md: every route and schema of the REST API, from api/openapi.json."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

HEADING = """# API reference

Written by `make docs` from [api/openapi.json](../../api/openapi.json). The running service shows the same
document at `/docs`. TypeScript types and a typed client are in
[api/client/](../../api/client/README.md).

- Every analytics route requires the header `X-API-Key` and a Supabase JWT in `Authorization: Bearer …`; how
  they are verified is explained in [security.md](../explanation/security.md).
- Numbers are JSON numbers, timestamps are ISO 8601 in UTC ending in `Z`, ids are lower-case UUIDs. Every
  key is always present; an unknown value is `null`.
- Errors have the content type `application/problem+json` ([RFC
  9457](https://www.rfc-editor.org/rfc/rfc9457)) and the schema [Problem](#problem). An id that does not
  exist and an id of another coach give the same 404.
- Every response carries `X-Correlation-ID`; successful analytics responses carry `RateLimit-*` headers."""
Json = Mapping[str, Any]


def api_reference(document: Json) -> str:
    """The page as markdown: routes by tag, then schemas by name."""
    parts = [HEADING, _errors(document)]
    operations = [
        (operation["tags"][0], method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    for tag in dict.fromkeys(tag for tag, *_ in operations):
        parts.append(f"\n## {tag.capitalize()}\n")
        parts += [_operation(*rest) for of_tag, *rest in operations if of_tag == tag]
    parts.append("\n## Schemas\n")
    schemas = document["components"]["schemas"]
    parts += [_schema(name, schemas[name]) for name in sorted(schemas)]
    return "\n".join(parts)


def _errors(document: Json) -> str:
    """A table of the error statuses of all routes."""
    found: dict[str, str] = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if status >= "400":
                    found.setdefault(status, _one_line(response))
    rows = [f"| {status} | {found[status]} |" for status in sorted(found)]
    return "\n".join(["\n## Errors\n", "| Status | Description |", "|---|---|", *rows, ""])


def _operation(method: str, path: str, operation: Json) -> str:
    lines = [f"### {method} `{path}`\n", f"**{operation['summary']}.** {_one_line(operation)}\n"]
    if operation.get("deprecated"):
        lines.append("Deprecated.\n")
    rows = [
        f"| `{one['name']}` | {one['in']} | {_type(one['schema'])} "
        f"| {_yes(one.get('required'))} | {_one_line(one)} |"
        for one in operation.get("parameters", [])
    ]
    if rows:
        lines += ["| Parameter | In | Type | Required | Description |", "|---|---|---|---|---|", *rows, ""]
    if body := operation.get("requestBody"):
        required = "required" if body.get("required") else "optional"
        lines.append(f"Request body ({required}): {_content(body)}\n")
    responses = operation["responses"]
    lines += [f"Response {status}: {_content(one)}\n" for status, one in responses.items() if status < "400"]
    if errors := [status for status in responses if status >= "400"]:
        lines.append(f"Errors: {', '.join(errors)}\n")
    return "\n".join(lines)


def _schema(name: str, schema: Json) -> str:
    lines = [f"### {name}\n"]
    if text := _one_line(schema):
        lines.append(f"{text}\n")
    if "enum" in schema:
        lines.append(f"One of {_values(schema['enum'])}.\n")
    required = schema.get("required", ())
    rows = [
        f"| `{field}` | {_type(one)} | {_yes(field in required)} | {_one_line(one)} |"
        for field, one in schema.get("properties", {}).items()
    ]
    if rows:
        lines += ["| Field | Type | Required | Description |", "|---|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _content(holder: Json) -> str:
    """The schemas of a body's media types."""
    types = (_type(media.get("schema", {})) for media in holder.get("content", {}).values())
    return ", ".join(found for found in types if found)


def _type(schema: Json) -> str:
    """A type in few words, with format, range and default."""
    return " ".join(filter(None, [_bare_type(schema), *_limits(schema)]))


def _bare_type(schema: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    for combination in ("anyOf", "allOf", "oneOf"):
        if combination in schema:
            return " or ".join(dict.fromkeys(_type(one) for one in schema[combination]))
    if "enum" in schema or "const" in schema:
        return _values(schema.get("enum") or [schema["const"]])
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    if isinstance(values := schema.get("additionalProperties"), Mapping):
        return f"object of {_type(values)}"
    return str(schema.get("format") or schema.get("type") or "")


def _limits(schema: Json) -> Iterator[str]:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and high is not None:
        yield f"{_number(low)} to {_number(high)}"
    elif low is not None:
        yield f"at least {_number(low)}"
    elif high is not None:
        yield f"at most {_number(high)}"
    if "maxLength" in schema:
        yield f"≤ {schema['maxLength']} characters"
    if schema.get("default") is not None:
        yield f"(default `{schema['default']}`)"


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)


def _values(values: list[Any]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _yes(value: object) -> str:
    return "yes" if value else ""


def _one_line(described: Json) -> str:
    return re.sub(r"\s+", " ", described.get("description", "")).replace("|", "\\|").strip()
