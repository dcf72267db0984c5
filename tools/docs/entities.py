"""docs/reference/entities.md: marts and the keys between them, from the manifest."""

from collections.abc import Iterator
from typing import Any

HEADING = """# Entities

Written by `make docs` from the dbt project. A line is a foreign key or a relationship test; tables without
columns belong to the transcription service or to another schema of the project. Columns are described in
[metrics.md](metrics.md).

"""
Reference = tuple[str, str, str]
"""Child table, parent table and the child's column."""


def entities_page(manifest: dict[str, Any]) -> str:
    """The page as Markdown, with a Mermaid diagram."""
    marts = {n["name"]: n for n in manifest["nodes"].values() if _is_mart(n)}
    edges = sorted({r for r in references(manifest) if r[0] in marts})
    tables = sorted({name for child, parent, _ in edges for name in (child, parent)})
    lines = ["```mermaid", "erDiagram"]
    lines += [f'    {parent} ||--o{{ {child} : "{column}"' for child, parent, column in edges]
    for name in tables:
        if name in marts:
            lines += [f"    {name} {{", *_attributes(marts[name], edges), "    }"]
    lines += ["```", "", "| Table | One row per | Materialization |", "|---|---|---|"]
    for name, mart in sorted(marts.items()):
        grain = mart["raw_code"].strip().splitlines()[0].removeprefix("-- ").removeprefix("one row per ")
        path = mart["original_file_path"]
        lines.append(f"| [{name}](../../{path}) | {grain.rstrip('.')} | {mart['config']['materialized']} |")
    return HEADING + "\n".join(lines) + "\n"


def references(manifest: dict[str, Any]) -> Iterator[Reference]:
    """All references in foreign keys and relationship tests of the project."""
    nodes, sources = manifest["nodes"], manifest["sources"]
    for node in nodes.values():
        for constraint in node.get("constraints") or []:
            if constraint["type"] == "foreign_key":
                parent = (
                    constraint["to"] or constraint["expression"].removeprefix("references ").split(" ")[0]
                )
                for column in constraint["columns"]:
                    yield node["name"], parent.replace('"', "").split(".")[-1], column
        test = node.get("test_metadata") or {}
        if test.get("name") == "relationships":
            child = nodes[node["attached_node"]]["name"]
            others = [key for key in node["depends_on"]["nodes"] if key != node["attached_node"]]
            for key in others:
                parent = nodes.get(key) or sources[key]
                yield child, parent["name"].rsplit("__", 1)[-1], node["column_name"]


def _is_mart(node: dict[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and node["fqn"][1] == "marts")


def _attributes(mart: dict[str, Any], edges: list[Reference]) -> Iterator[str]:
    """The mart's keys as lines of the diagram."""
    foreign = {column for child, _, column in edges if child == mart["name"]}
    for column in mart["columns"].values():
        name = column["name"]
        if name == "id" or name in foreign or name in ("coach_id", "client_id"):
            key = " PK" if name == "id" else " FK" if name in foreign else ""
            yield f"        {(column['data_type'] or 'unknown').split('(')[0].replace(' ', '_')} {name}{key}"
