"""Every API route is an exposure of the marts that its SQL reads."""

import importlib
import re
from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest
from fastapi.routing import APIRoute

from api.db.queries import Query
from warehouse.paths import PROJECT_DIR

MODULES = ("clients", "coach", "compute", "risk", "sessions")
MART = re.compile(r"\bai_backend\.(\w+)")


def routes() -> list[tuple[str, APIRoute]]:
    """Every route with its module."""
    found = []
    for module in MODULES:
        router = importlib.import_module(f"api.{module}.routes").router
        found += [(module, route) for route in router.routes if isinstance(route, APIRoute)]
    return found


def marts_of(module: str, route: APIRoute) -> set[str]:
    """Marts in the .sql files that the route runs."""
    named = [route.endpoint.__globals__.get(name) for name in route.endpoint.__code__.co_names]
    queries = [value for value in named if isinstance(value, Query)]
    assert queries, f"{route.operation_id} runs no query"
    names = {name for query in queries for name in (query.name, *(other for other, _ in query.writes))}
    texts = [Path(PROJECT_DIR, "api", module, f"{name}.sql").read_text(encoding="utf-8") for name in names]
    return {mart for text in texts for mart in MART.findall(text)}


@pytest.fixture(scope="module")
def exposures(manifest: Manifest) -> dict[str, set[str]]:
    """Marts by exposure."""
    return {
        exposure.name: {key.rsplit(".", 1)[-1] for key in exposure.depends_on.nodes}
        for exposure in manifest.exposures.values()
    }


def test_modules__are_all_with_routes() -> None:
    found = {path.parent.name for path in Path(PROJECT_DIR, "api").glob("*/routes.py")}
    assert found == {*MODULES, "dashboard"}


def test_routes__are_exposures_of_the_marts_in_their_sql(exposures: dict[str, set[str]]) -> None:
    read = {str(route.operation_id): marts_of(module, route) for module, route in routes()}
    expected = {name: marts for name, marts in read.items() if marts}
    found = {name: marts for name, marts in exposures.items() if name not in ("health_ready", "dashboard")}
    assert found == expected


def test_readiness__is_an_exposure_of_the_marts_in_its_sql(exposures: dict[str, set[str]]) -> None:
    text = Path(PROJECT_DIR, "api", "db", "client.py").read_text(encoding="utf-8")
    assert exposures["health_ready"] == set(MART.findall(text))


def test_dashboard__depends_on_the_marts_of_all_get_routes(exposures: dict[str, set[str]]) -> None:
    read = {
        mart
        for module, route in routes()
        if "GET" in (route.methods or ())
        for mart in marts_of(module, route)
    }
    assert exposures["dashboard"] == read
