"""Resolves the columns of a qualified query, one step at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp


@dataclass(frozen=True)
class TableColumn:
    """A column of a table outside the query."""

    schema: str
    table: str
    column: str


Step: TypeAlias = exp.Expression | TableColumn
FORWARDING_FUNCTIONS = ("to_jsonb", "trim_scale")
"""Functions that only change the representation of a value."""


def outputs(query: exp.Query, column: str | int) -> Iterator[Step]:
    """The expressions that a query selects under a name or at a position, one per branch of a union."""
    query = query.unnest()
    if isinstance(query, exp.SetOperation):
        position = query.named_selects.index(column) if column in query.named_selects else column
        yield from (step for side in (query.left, query.right) for step in outputs(side, position))
    elif isinstance(column, int):
        yield query.selects[column]
    elif column in query.named_selects:
        yield query.selects[query.named_selects.index(column)]
    elif query.is_star:
        for relation in _relations(query):
            yield from _relation_outputs(relation, column)


def resolve(column: exp.Column) -> Iterator[Step]:
    """The source of a column in its relation, which may belong to an outer query."""
    select = column.find_ancestor(exp.Select)
    while select:
        relations = list(_relations(select))
        for relation in relations:
            if relation.alias_or_name == column.table or (not column.table and len(relations) == 1):
                yield from _relation_outputs(relation, column.name)
                return
        select = select.find_ancestor(exp.Select)


def columns_in(expression: exp.Expression) -> Iterator[exp.Column]:
    """All columns in an expression and in the windows that it refers to."""
    yield from expression.find_all(exp.Column)
    select = expression.find_ancestor(exp.Select)
    named = {window.alias for window in expression.find_all(exp.Window)}
    for window in select.args.get("windows") or [] if select else []:
        if window.name in named:
            yield from window.find_all(exp.Column)


def forwarded(expression: exp.Expression) -> exp.Expression:
    """The innermost value that an expression only renames, casts, rounds or converts; else itself."""
    while True:
        if isinstance(expression, exp.Subquery) and len(expression.this.selects) == 1:
            expression = expression.this.selects[0]
        elif isinstance(expression, exp.Alias | exp.Paren | exp.Cast | exp.Round | exp.AtTimeZone):
            expression = expression.this
        elif isinstance(expression, exp.Anonymous) and expression.name.lower() in FORWARDING_FUNCTIONS:
            expression = expression.expressions[0]
        else:
            return expression


def _relation_outputs(relation: exp.Expression, name: str) -> Iterator[Step]:
    alias = relation.args.get("alias")
    names = [one.name for one in alias.columns] if alias else []
    column = names.index(name) if name in names else name
    inner = relation if isinstance(relation, exp.Table | exp.Values) else relation.this.unnest()
    if isinstance(inner, exp.Table):
        if cte := _cte(inner):
            yield from outputs(cte.this, name)
        else:
            yield TableColumn(inner.db, inner.name, name)
    elif isinstance(inner, exp.Values):
        yield from (row.expressions[column] for row in inner.expressions)
    elif isinstance(inner, exp.Query):
        yield from outputs(inner, column)
    else:
        yield inner  # a set-returning function


def _relations(select: exp.Select) -> Iterator[exp.Expression]:
    if source := select.args.get("from_"):
        yield source.this
    yield from (join.this for join in select.args.get("joins") or [])
    yield from select.args.get("laterals") or []


def _cte(table: exp.Table) -> exp.CTE | None:
    """The common table expression that a table name refers to in its scope."""
    node = None if table.db else table.parent
    while node:
        for cte in node.ctes if isinstance(node, exp.Query) else ():
            if cte.alias == table.name:
                return cte
        node = node.parent
    return None
