"""The revision of the dbt models with which the warehouse was last built completely."""

import hashlib
from functools import cache
from typing import Any

import psycopg

from dagster_pipelines.dbt.manifest import built_nodes, manifest_content
from dagster_pipelines.options import RunOptions
from dagster_pipelines.settings import PipelineSettings
from warehouse.paths import PROJECT_DIR
from warehouse.sql_files import load_sql


@cache
def models_revision() -> str:
    """Return a hash that changes with any model, seed, macro or variable."""
    content = manifest_content()
    parts = sorted(f"{unique_id}:{node['checksum']['checksum']}" for unique_id, node in built_nodes().items())
    parts += sorted(
        f"{unique_id}:{hashlib.sha256(macro['macro_sql'].encode()).hexdigest()}"
        for unique_id, macro in content["macros"].items()
        if macro["package_name"] == content["metadata"]["project_name"]
    )
    parts.append((PROJECT_DIR / "dbt_project.yml").read_text())
    parts.append(PipelineSettings().business_time_zone)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def models_up_to_date(connection: psycopg.Connection[Any]) -> bool:
    """Return whether the last complete build used the current models, and all of its relations exist."""
    row = connection.execute(
        "select models_revision from operations.model_builds order by built_at desc limit 1"
    ).fetchone()
    return row is not None and row[0] == models_revision() and not _has_missing_relations(connection)


def is_incremental_run(connection: psycopg.Connection[Any], options: RunOptions) -> bool:
    """Return whether a run may reuse the views and scratch tables of the last complete build."""
    return options.pending_only and models_up_to_date(connection)


def record_build(connection: psycopg.Connection[Any], run_id: str) -> None:
    """Record that a run has built all models."""
    connection.execute(
        load_sql(__package__, "record_build"), {"models_revision": models_revision(), "run_id": run_id}
    )


def _has_missing_relations(connection: psycopg.Connection[Any]) -> bool:
    relations = [f'"{node["schema"]}"."{node["alias"]}"' for node in built_nodes().values()]
    row = connection.execute(
        "select 1 from unnest(%s::text[]) as relation where to_regclass(relation) is null limit 1",
        [relations],
    ).fetchone()
    return row is not None
