"""TypeScript types of the OpenAPI document: one interface per schema, one entry per operation.

A small generator of our own, so that keeping the file in step needs no Node (docs/adr/0053). It covers what
the document uses and refuses anything else.
"""

from collections.abc import Iterator
from typing import Any

from api.openapi import METHODS

HEADER = """\
// Types of the coaching analytics API. Generated from api/openapi.json by `python -m tools.openapi.export`: don't edit.
// Ids are strings (uuid), dates YYYY-MM-DD, times ISO-8601 with offset. Every key is there; unknown is null.
"""
PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def types(document: dict[str, Any]) -> str:
    """The text of the TypeScript file. Raises ValueError for a construct that it doesn't know."""
    parts = [HEADER, *_schemas(document["components"]["schemas"]), *_operations(document["paths"])]
    return "\n".join(parts)


def _schemas(schemas: dict[str, Any]) -> Iterator[str]:
    for name, schema in sorted(schemas.items()):
        comment = _comment(schema.get("description"), "")
        if "enum" in schema:
            yield f"{comment}export type {name} = {_type(schema)};\n"
        else:
            yield f"{comment}export interface {name} {_object(schema)}\n"


def _operations(paths: dict[str, Any]) -> Iterator[str]:
    yield "/** Every operation: where it is, what it takes, what it answers. Errors are `Problem`. */"
    yield "export interface Operations {"
    for path, operations in paths.items():
        for method in (method for method in METHODS if method in operations):
            yield _operation(method, path, operations[method])
    yield "}\n"


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [
        f"  {operation['operationId']}: {{",
        f'    method: "{method.upper()}";',
        f'    address: "{path}";',
    ]
    for place in ("path", "query"):
        given = [p for p in operation.get("parameters", []) if p["in"] == place]
        if given:
            fields = "".join(_parameter(parameter) for parameter in given)
            lines.append(f"    {place}: {{\n{fields}    }};")
    body = operation.get("requestBody")
    if body is not None:
        optional = "" if body.get("required") else "?"
        lines.append(f"    body{optional}: {_type(body['content']['application/json']['schema'])};")
    answers = [response for status, response in operation["responses"].items() if status.startswith("2")]
    lines.append(f"    answer: {' | '.join(_content(answer) for answer in answers)};")
    summary = _comment(operation.get("summary"), "  ")
    return summary + "\n".join([*lines, "  };"])


def _parameter(parameter: dict[str, Any]) -> str:
    optional = "" if parameter.get("required") else "?"
    comment = _comment(parameter.get("description"), "      ")
    return f"{comment}      {parameter['name']}{optional}: {_type(parameter['schema'])};\n"


def _content(response: dict[str, Any]) -> str:
    content = response.get("content", {})
    return _type(content["application/json"]["schema"]) if "application/json" in content else "string"


def _object(schema: dict[str, Any]) -> str:
    required = set(schema.get("required", []))
    lines = ["{"]
    for name, field in schema.get("properties", {}).items():
        optional = "" if name in required else "?"
        lines.append(f"{_comment(field.get('description'), '  ')}  {name}{optional}: {_type(field)};")
    return "\n".join([*lines, "}"])


def _type(schema: dict[str, Any]) -> str:
    match schema:
        case {"$ref": str(reference)}:
            text = reference.rsplit("/", 1)[1]
        case {"enum": list(values)}:
            text = " | ".join(f'"{value}"' for value in values)
        case {"anyOf": list(options)}:
            text = " | ".join(dict.fromkeys(_type(option) for option in options))
        case {"type": "array", "items": dict(items)}:
            inner = _type(items)
            text = f"({inner})[]" if " " in inner else f"{inner}[]"
        case {"type": "object", "additionalProperties": dict(values)}:
            text = f"Record<string, {_type(values)}>"
        case {"type": str(name)} if name in PRIMITIVES:
            text = PRIMITIVES[name]
        case _:
            raise ValueError(f"no TypeScript for {schema}")
    return text


def _comment(text: str | None, indent: str) -> str:
    return f"{indent}/** {' '.join(text.split())} */\n" if text else ""
