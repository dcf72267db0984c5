"""Lineage of columns through small queries."""

from typing import Any

import pytest

from tools.docs.column_lineage import ColumnLineage, Origin

Meta = dict[str, list[str]]


def lineage(meta: Meta | None = None, **queries: str) -> ColumnLineage:
    """Models a, b, … over the source s.t and the seed constants; each depends on all before it."""
    seed = {"resource_type": "seed", "unique_id": "constants", "name": "constants", "schema": "x"}
    source = {"resource_type": "source", "unique_id": "t", "source_name": "s", "name": "t", "schema": "s"}
    nodes: dict[str, Any] = {"constants": seed | {"columns": {"value": {}}, "depends_on": {"nodes": []}}}
    for name, query in queries.items():
        nodes[name] = {
            "resource_type": "model",
            "unique_id": name,
            "name": name,
            "schema": "x",
            "fqn": ["project", "marts" if name == "mart" else "intermediate", name],
            "compiled_code": query,
            "columns": {"value": {"config": {"meta": meta or {}}}} if name == "mart" else {},
            "config": {"meta": {}},
            "depends_on": {"nodes": [*nodes, "t"]},
        }
    return ColumnLineage({"nodes": nodes, "sources": {"t": source | {"identifier": "t", "columns": {}}}})


def origin(models: str, constants: str = "") -> Origin:
    return Origin(frozenset(models.split()), frozenset(constants.split()))


@pytest.mark.parametrize(
    "query",
    [
        "select computed::numeric(5, 2) as value from x.a",
        "select round(coalesce(a.computed, 0), 2) as value from x.a",
        "select coalesce(a.computed, before.value) as value from x.a left join x.mart as before on true",
        "with c as (select * from x.a) select r.computed as value from c, lateral (select * from c) as r",
        "select (select a.computed from x.a) as value from s.t",
        "select m.value from x.a cross join lateral (values ('name', a.computed)) as m (name, value)",
        "select t.n as value from (select a.computed as n from x.a union all select null from x.a) as t",
    ],
)
def test_lineage__follows_what_is_only_passed_on(query: str) -> None:
    assert lineage(a="select n + 1 as computed from s.t", mart=query).of("mart", "value") == origin("a")


def test_lineage__names_the_models_of_every_branch_of_a_union() -> None:
    models = lineage(
        a="select 1 as n",
        b="select 2 as n",
        mart="with u as (select n from x.a union all select n from x.b) select n as value from u",
    )
    assert models.of("mart", "value") == origin("a b")


def test_lineage__names_the_source_of_a_value_that_is_never_computed() -> None:
    models = lineage(a="with t as (select * from s.t) select n from t", mart="select n as value from x.a")
    assert models.of("mart", "value") == origin("s.t")


def test_lineage__names_constants_that_enter_through_other_models_and_windows() -> None:
    models = lineage(
        a="select t.n * constants.value as weighted from s.t cross join x.constants",
        mart="select sum(t.n) over w as value from s.t cross join x.a window w as (partition by a.weighted)",
    )
    assert models.of("mart", "value") == origin("mart", "constants")


def test_lineage__stops_constants_at_a_mart() -> None:
    models = lineage(mart="select value * 2 as value from x.constants", b="select value + 1 as n from x.mart")
    assert models.of("b", "n") == origin("b")


def test_lineage__takes_declared_formulas_and_constants() -> None:
    declared = {"formula": ["a.computed", "mart"], "constants": ["constants"]}
    models = lineage(
        declared, a="select n + 1 as computed from s.t", mart="select (x ->> 'n') as value from s.t"
    )
    assert models.of("mart", "value") == origin("a mart", "constants")


def test_lineage__refuses_a_declaration_that_leads_nowhere() -> None:
    models = lineage({"formula": ["a.gone"]}, a="select 1 as n", mart="select 1 as value")
    with pytest.raises(ValueError, match=r"mart\.value declares the formula a\.gone"):
        models.of("mart", "value")
