"""dbt's selector `live`: an incremental run builds its models and reuses all other views."""

from typing import Any

import psycopg
import pytest

from dagster_pipelines.dbt.manifest import built_nodes
from dagster_pipelines.dbt.runner import run_dbt
from dagster_pipelines.dbt.translator import live_models
from dagster_pipelines.state.model_builds import models_up_to_date, record_build
from dagster_pipelines.state.write_lock import connect
from tests.support.project import NOWHERE, Project
from tests.support.rows import new_id
from warehouse.connection import temporary_environment, temporary_variables

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


def test_live__includes_every_table_and_the_views_that_contain_variables_of_the_run(
    project: Project, database_url: str, built_database_url: str
) -> None:
    first = _definitions(project.compiled(database_url, VIEWS), database_url)
    second = _definitions(project.compiled(built_database_url, VIEWS, **OTHER_VARIABLES), built_database_url)
    assert len(first) > 50
    differing = {name for name in first if first[name] != second[name]}
    tables = {
        node["name"]
        for node in built_nodes().values()
        if node["config"]["materialized"] in ("incremental", "scratch_table")
    }
    assert live_models() == differing | tables


def test_live__is_what_dbt_lists(project: Project) -> None:
    with temporary_variables({"DATABASE_URL": NOWHERE}), temporary_environment():
        listed = run_dbt(
            ["ls", "--selector", "live", "--resource-type", "model", "--output", "name"],
            manifest=project.manifest,
        )
    assert isinstance(listed.result, list)
    assert set(listed.result) == live_models()


@pytest.mark.usefixtures("built_database_url")
def test_models_up_to_date__requires_a_recorded_build_of_all_relations() -> None:
    with connect() as connection:
        assert not models_up_to_date(connection), "the build is not recorded"
        record_build(connection, "test")
        assert models_up_to_date(connection)
        connection.execute("drop view analytics_intermediate.int_sessions__talk_time cascade")
        assert not models_up_to_date(connection), "a full run creates the dropped views"


def _definitions(nodes: list[dict[str, Any]], database_url: str) -> dict[str, str]:
    database = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    return {node["name"]: node["compiled_code"].replace(f'"{database}".', "") for node in nodes}
