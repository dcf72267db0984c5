"""Incremental runs reuse views whose definition does not depend on the run's variables."""

from typing import Any

import psycopg
import pytest

from dagster_pipelines.state.model_builds import PER_RUN, existing_views, models_up_to_date, record_build
from dagster_pipelines.state.write_lock import connect
from tests.support.project import Project
from tests.support.rows import new_id

VIEWS = "config.materialized:view_in_place"
OTHER_VARIABLES = {
    "as_of": "2026-01-01..2026-01-03",
    "client_ids": str(new_id()),
    "session_ids": str(new_id()),
    "rebuild": True,
    "verify_content": True,
    "reuse_scratch_tables": True,
    "rescore_model_version": "risk-9",
    "cue_target_detector": "llm llm-9 m",
}


def test_views__do_not_depend_on_variables_unless_tagged(
    project: Project, database_url: str, built_database_url: str
) -> None:
    first = _definitions(project.compiled(database_url, VIEWS), database_url)
    later = _definitions(project.compiled(built_database_url, VIEWS, **OTHER_VARIABLES), built_database_url)
    assert len(first) > 50
    differing = {name for name in first if first[name] != later[name]}
    marked = _definitions(project.compiled(built_database_url, f"{VIEWS},tag:{PER_RUN}"), built_database_url)
    assert differing == set(marked)


@pytest.mark.usefixtures("built_database_url")
def test_existing_views__are_reused_if_the_models_are_up_to_date() -> None:
    with connect() as connection:
        assert not models_up_to_date(connection), "no build of these models is recorded"
        record_build(connection, "test")
        assert models_up_to_date(connection)
        existing = existing_views(connection)
        assert {"int_sessions__talk_time", "client_overview", "stg_public__coach_clients"} <= existing
        assert not {"int_clients__as_of_dates", "int_risk__scores", "session_analytics"} & existing
        connection.execute("drop view analytics_intermediate.int_sessions__talk_time cascade")
        assert "int_sessions__talk_time" not in existing_views(connection)


def _definitions(nodes: list[dict[str, Any]], database_url: str) -> dict[str, str]:
    database = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    return {node["name"]: node["compiled_code"].replace(f'"{database}".', "") for node in nodes}
