"""Column lineage over a manifest: the models that compute a column and the seeds that its value depends on.

The trace starts at a column of a mart and follows renames, casts, rounding, unions and default values until
it reaches an expression that computes a value. Where the SQL does not show the lineage (JSON, database
functions, a row selected by a join), the yml declares it in `config: {meta: …}`:

- `formula` of a column: list of models, or of `model.column`, that compute it.
- `formula` of a model: the model whose columns it also returns, besides those listed in its SQL.
- `constants` of a column: additional seeds that its value depends on.
"""

from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify

from tools.docs.select_columns import Step, TableColumn, columns_in, forwarded, outputs, resolve

Node = dict[str, Any]
DEFAULT = exp.Literal | exp.Boolean
"""Default values in coalesce()."""


@dataclass(frozen=True)
class Origin:
    """The origin of a column's value, by names."""

    models: frozenset[str] = frozenset()
    """Models that compute it, or `schema.table` of its source."""
    constants: frozenset[str] = frozenset()
    """Seeds that it depends on."""

    def union(self, *others: "Origin") -> "Origin":
        return Origin(
            self.models.union(*(other.models for other in others)),
            self.constants.union(*(other.constants for other in others)),
        )


def is_mart(node: Node) -> bool:
    return bool(node["resource_type"] == "model" and node["fqn"][1] == "marts")


class ColumnLineage:
    """Column lineage of a project, from a manifest of `dbt compile`."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
        nodes = [node for node in nodes if node["resource_type"] in ("model", "seed", "source")]
        self._nodes: dict[str, Node] = {
            f"{node['source_name']}.{node['name']}"
            if node["resource_type"] == "source"
            else node["name"]: node
            for node in nodes
        }
        self._names = {node["unique_id"]: name for name, node in self._nodes.items()}
        self._parents = {
            name: [self._names[key] for key in node["depends_on"]["nodes"]]
            for name, node in self._nodes.items()
            if node["resource_type"] == "model"
        }
        self._queries = self._qualified()
        self.of = cache(self._origin)
        self._constants_of = cache(self._column_constants)

    def _qualified(self) -> dict[str, exp.Query]:
        """Each model's query with `*` expanded and column names qualified."""
        queries = {}
        schema: dict[str, dict[str, dict[str, str]]] = {}
        for name in TopologicalSorter(self._parents).static_order():
            node = self._nodes[name]
            columns = list(node["columns"])
            if node["resource_type"] == "model":
                query = parse_one(node["compiled_code"], dialect="postgres")
                queries[name] = qualify(
                    query,
                    dialect="postgres",
                    schema=schema,
                    expand_alias_refs=False,
                    validate_qualify_columns=False,
                )
                columns = queries[name].named_selects
            if columns and "*" not in columns:
                schema.setdefault(node["schema"], {})[node["name"]] = dict.fromkeys(columns, "text")
        return queries

    def _origin(self, model: str, column: str) -> Origin:
        meta = self._meta(model, column)
        origin = Origin(constants=frozenset(meta.get("constants", ())))
        for declared in meta.get("formula", ()):
            other, _, its_column = declared.partition(".")
            found = self.of(other, its_column) if its_column else self._computed_in(other, column)
            if not found.models:
                raise ValueError(
                    f"{model}.{column} declares the formula {declared}, which computes no value."
                )
            origin = origin.union(found)
        if "formula" not in meta:
            origin = origin.union(*(self._step_origin(step, model) for step in self._outputs(model, column)))
        return origin

    def _computed_in(self, model: str, column: str) -> Origin:
        """A declared model, with the seeds of its column of that name, or all its seeds if it has none."""
        seeds = frozenset(name for name in self._parents[model] if self._is_seed(name))
        has_column = any(True for _ in self._outputs(model, column))
        return Origin(frozenset([model]), self._constants_of(model, column) if has_column else seeds)

    def _step_origin(self, step: Step, model: str) -> Origin:
        """Origin of an expression of a model, followed while it only forwards a value."""
        if isinstance(step, TableColumn):
            parent = self._parent(step, model)
            if parent is None:
                return Origin()
            if self._is_seed(parent):
                return Origin(frozenset([model]), frozenset([parent]))
            return self.of(parent, step.column) if parent in self._queries else Origin(frozenset([parent]))
        value = forwarded(step)
        origins = []
        if isinstance(value, exp.Column):
            origins = [self._step_origin(one, model) for one in resolve(value)]
        elif isinstance(value, exp.Coalesce):
            values = [one for one in value.iter_expressions() if not isinstance(forwarded(one), DEFAULT)]
            origins = [origin for one in values if (origin := self._step_origin(one, model)).models]
        if isinstance(value, exp.Column | exp.Null) or len(origins) == 1:
            return Origin().union(*origins)
        return Origin(frozenset([model]), self._constants_in(value, model))

    def _column_constants(self, model: str, column: str) -> frozenset[str]:
        """Seeds that a column depends on, up to its sources and other marts."""
        found = frozenset(self._meta(model, column).get("constants", ()))
        return found.union(*(self._step_constants(step, model) for step in self._outputs(model, column)))

    def _step_constants(self, step: Step, model: str) -> frozenset[str]:
        if not isinstance(step, TableColumn):
            return self._constants_in(step, model)
        parent = self._parent(step, model)
        if parent and self._is_seed(parent):
            return frozenset([parent])
        if parent not in self._queries or is_mart(self._nodes[parent]):
            return frozenset()
        return self._constants_of(parent, step.column)

    def _constants_in(self, expression: exp.Expression, model: str) -> frozenset[str]:
        steps = (step for column in columns_in(expression) for step in resolve(column))
        return frozenset().union(*(self._step_constants(step, model) for step in steps))

    def _outputs(self, model: str, column: str) -> list[Step]:
        found = list(outputs(self._queries[model], column))
        others = self._nodes[model]["config"]["meta"].get("formula")
        if not found and others:
            return [TableColumn(self._nodes[others]["schema"], others, column)]
        return found

    def _parent(self, step: TableColumn, model: str) -> str | None:
        """The name of the parent that a table is; None for the model itself (the previous run's rows)."""
        for name in self._parents[model]:
            node = self._nodes[name]
            if (step.schema, step.table) == (node["schema"], node.get("identifier", node["name"])):
                return name
        return None

    def _meta(self, model: str, column: str) -> dict[str, Any]:
        meta: dict[str, Any] = self._nodes[model]["columns"].get(column, {}).get("config", {}).get("meta", {})
        return meta

    def _is_seed(self, name: str) -> bool:
        return bool(self._nodes[name]["resource_type"] == "seed")
