"""dbt knows who reads the marts: every route of the API as an exposure, as its SQL says."""

import importlib
import re
from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest
from fastapi.routing import APIRoute

from api.db.queries import Query
from warehouse.paths import PROJECT_DIR

ROOMS = ("clients", "coach", "compute", "risk", "sessions")
MART = re.compile(r"\bai_backend\.(\w+)")


def routes() -> list[tuple[str, APIRoute]]:
    """Every route with the room it lies in."""
    found = []
    for room in ROOMS:
        router = importlib.import_module(f"api.{room}.routes").router
        found += [(room, route) for route in router.routes if isinstance(route, APIRoute)]
    return found


def marts_of(room: str, route: APIRoute) -> set[str]:
    """What the .sql files read that the route's function asks."""
    named = [route.endpoint.__globals__.get(name) for name in route.endpoint.__code__.co_names]
    queries = [value for value in named if isinstance(value, Query)]
    assert queries, f"{route.operation_id} asks nothing"
    names = {name for query in queries for name in (query.name, *(other for other, _ in query.writes))}
    texts = [Path(PROJECT_DIR, "api", room, f"{name}.sql").read_text(encoding="utf-8") for name in names]
    return {mart for text in texts for mart in MART.findall(text)}


@pytest.fixture(scope="module")
def exposures(manifest: Manifest) -> dict[str, set[str]]:
    """Marts by exposure."""
    return {
        exposure.name: {key.rsplit(".", 1)[-1] for key in exposure.depends_on.nodes}
        for exposure in manifest.exposures.values()
    }


def test_rooms__are_all_that_have_routes() -> None:
    assert {path.parent.name for path in Path(PROJECT_DIR, "api").glob("*/routes.py")} == set(ROOMS)


def test_routes__are_exposures_of_what_their_sql_reads(exposures: dict[str, set[str]]) -> None:
    read = {str(route.operation_id): marts_of(room, route) for room, route in routes()}
    expected = {name: marts for name, marts in read.items() if marts}
    found = {name: marts for name, marts in exposures.items() if name not in ("health_ready", "coach_page")}
    assert found == expected


def test_readiness__is_an_exposure_of_what_it_reads(exposures: dict[str, set[str]]) -> None:
    text = Path(PROJECT_DIR, "api", "database.py").read_text(encoding="utf-8")
    assert exposures["health_ready"] == set(MART.findall(text))


def test_coach_page__depends_on_what_the_routes_give_it(exposures: dict[str, set[str]]) -> None:
    read = {
        mart for room, route in routes() if "GET" in (route.methods or ()) for mart in marts_of(room, route)
    }
    assert exposures["coach_page"] == read
