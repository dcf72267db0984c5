"""docs/reference/metrics.md: description, formula and constants of every column of every mart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.docs.column_lineage import ColumnLineage, Origin, is_mart

HEADING = """# Metrics

Written by `make docs` from the dbt project; change the descriptions there. "Formula" links to the models that
compute the column, to all of them where several rules apply, or to the source that it is read from.
"Constants" links to the seeds whose values are used on the way from the sources and other marts. Both follow
the column's lineage, except where the column declares them in `config: {meta: …}`. Keys have neither.
"""


@dataclass(frozen=True)
class Metric:
    """A column of a mart."""

    name: str
    data_type: str
    description: str
    origin: Origin


def metric_page(manifest: dict[str, Any]) -> str:
    """The page as Markdown, from a manifest of `dbt compile`."""
    nodes = manifest["nodes"]
    lineage = ColumnLineage(manifest)
    paths = {node["name"]: node["original_file_path"] for node in nodes.values()}
    paths |= {
        f"{source['source_name']}.{source['name']}": source["original_file_path"]
        for source in manifest["sources"].values()
    }
    marts = sorted((n for n in nodes.values() if is_mart(n)), key=lambda node: str(node["name"]))
    parts = [HEADING]
    for mart in marts:
        parts.append(f"\n## {mart['name']}\n\n{_one_line(mart['description'])}\n")
        parts.append("| Column | Type | Description | Formula | Constants |\n|---|---|---|---|---|")
        parts += [_row(metric, paths) for metric in _metrics(mart, lineage)]
    return "\n".join(parts) + "\n"


def _metrics(mart: dict[str, Any], lineage: ColumnLineage) -> Iterator[Metric]:
    for column in mart["columns"].values():
        name = column["name"]
        origin = Origin() if name == "id" or name.endswith("_id") else lineage.of(mart["name"], name)
        yield Metric(name, column["data_type"] or "", _one_line(column["description"]), origin)


def _row(metric: Metric, paths: dict[str, str]) -> str:
    formula = ", ".join(_link(name, paths) for name in sorted(metric.origin.models))
    constants = ", ".join(_link(name, paths) for name in sorted(metric.origin.constants))
    description = metric.description.replace("|", "\\|")
    return f"| `{metric.name}` | {metric.data_type} | {description} | {formula} | {constants} |"


def _link(name: str, paths: dict[str, str]) -> str:
    label = f"source {name}" if "." in name else name
    return f"[{label}](../../{paths[name]})"


def _one_line(text: str) -> str:
    return " ".join(text.split())
