"""docs/reference/metrics.md: every column of every mart, in words, with the model that holds its formula."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

HEADING = """# Metrics

Written by `make docs` from the dbt project; change the descriptions there. "Formula" names the model in which
the column is computed, "constants" the seeds that this model reads. Every constant is a row of a seed.
"""


@dataclass(frozen=True)
class Metric:
    """One column of a mart."""

    name: str
    data_type: str
    description: str
    formula: str
    """Name of the model that computes it; empty when upstream's value is passed on."""
    seeds: tuple[str, ...]


HANDED_ON_WHOLE = r"\(\w+\)\.\*"
"""A row that a function gave, with all its columns."""


def metric_page(manifest: dict[str, Any]) -> str:
    """The page as markdown, from a manifest of `dbt compile`."""
    nodes = manifest["nodes"]
    marts = sorted((n for n in nodes.values() if _is_mart(n)), key=lambda node: str(node["name"]))
    parts = [HEADING]
    for mart in marts:
        parts.append(f"\n## {mart['name']}\n\n{_one_line(mart['description'])}\n")
        parts.append("| Column | Type | What it says | Formula | Constants |\n|---|---|---|---|---|")
        parts += [_row(metric, nodes) for metric in _metrics(mart, nodes)]
    return "\n".join(parts) + "\n"


def _is_mart(node: dict[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and node["schema"] == "ai_backend")


def _metrics(mart: dict[str, Any], nodes: dict[str, Any]) -> Iterator[Metric]:
    for column in mart["columns"].values():
        is_key = column["name"] == "id" or column["name"].endswith("_id")
        source = None if is_key else _where_computed(column["name"], mart, nodes)
        parents = [nodes[key] for key in source["depends_on"]["nodes"] if key in nodes] if source else []
        seeds = tuple(sorted(p["name"] for p in parents if p["resource_type"] == "seed"))
        name = source["name"] if source else ""
        yield Metric(column["name"], column["data_type"] or "", _one_line(column["description"]), name, seeds)


def _where_computed(column: str, node: dict[str, Any], nodes: dict[str, Any]) -> dict[str, Any] | None:
    """The model farthest from the mart, towards the sources, that gives something the column's name."""
    named = re.search(rf"\bas {re.escape(column)}\b", _code(node))
    found = node if named else None
    for key in node["depends_on"]["nodes"]:
        parent = nodes.get(key)
        if (
            parent
            and parent["resource_type"] == "model"
            and re.search(rf"\b{re.escape(column)}\b|{HANDED_ON_WHOLE}", _code(parent))
        ):
            deeper = _where_computed(column, parent, nodes)
            if deeper and not deeper["name"].startswith("stg_"):
                return deeper
    return found


def _code(node: dict[str, Any]) -> str:
    return str(node.get("compiled_code") or "")


def _row(metric: Metric, nodes: dict[str, Any]) -> str:
    paths = {node["name"]: node["original_file_path"] for node in nodes.values()}
    formula = _link(metric.formula, paths) if metric.formula else ""
    seeds = ", ".join(_link(seed, paths) for seed in metric.seeds)
    description = metric.description.replace("|", "\\|")
    return f"| `{metric.name}` | {metric.data_type} | {description} | {formula} | {seeds} |"


def _link(name: str, paths: dict[str, str]) -> str:
    return f"[{name}](../{paths[name]})"


def _one_line(text: str) -> str:
    return " ".join(text.split())
