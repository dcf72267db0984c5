"""Which views a run for a few sessions may leave standing: those that say the same in every run."""

from typing import Any

import psycopg
import pytest

from dagster_pipelines.state.models import PER_RUN, is_current, record_build, standing_views
from dagster_pipelines.state.writer import connect
from tests.support.project import Project
from tests.support.rows import new_id

VIEWS = "config.materialized:live_view"
OF_ANOTHER_RUN = {
    "as_of": "2026-01-01..2026-01-03", "clients": str(new_id()), "sessions": str(new_id()), "rebuild": True,
    "check_content": True, "in_place": True, "rescore_with": "risk-9", "cue_wanted_detector": "llm llm-9 m",
}  # fmt: skip


def test_views__say_the_same_in_every_run_unless_they_are_marked(
    project: Project, database_url: str, built_database_url: str
) -> None:
    first = _definitions(project.compiled(database_url, VIEWS), database_url)
    later = _definitions(project.compiled(built_database_url, VIEWS, **OF_ANOTHER_RUN), built_database_url)
    assert len(first) > 50
    differing = {name for name in first if first[name] != later[name]}
    marked = _definitions(project.compiled(built_database_url, f"{VIEWS},tag:{PER_RUN}"), built_database_url)
    assert differing == set(marked)


@pytest.mark.usefixtures("built_database_url")
def test_standing_views__are_those_that_are_there_and_of_these_models() -> None:
    with connect() as connection:
        assert not is_current(connection), "nobody wrote down that these models were built"
        record_build(connection, "test")
        assert is_current(connection)
        standing = standing_views(connection)
        assert {"int_sessions__talk_time", "client_overview", "stg_public__coach_clients"} <= standing
        assert not {"int_clients__as_of_dates", "int_risk__scores", "session_analytics"} & standing
        connection.execute("drop view analytics_intermediate.int_sessions__talk_time cascade")
        assert "int_sessions__talk_time" not in standing_views(connection)


def _definitions(nodes: list[dict[str, Any]], database_url: str) -> dict[str, str]:
    database = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    return {node["name"]: node["compiled_code"].replace(f'"{database}".', "") for node in nodes}
