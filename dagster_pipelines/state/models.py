"""With which version of the models the warehouse was last built as a whole."""

import hashlib
from functools import cache
from typing import Any

import psycopg

from dagster_pipelines.resources.dbt import manifest_content


@cache
def models_revision() -> str:
    """Changes whenever a model, seed or macro does."""
    content = manifest_content()
    parts = sorted(
        f"{unique_id}:{node['checksum']['checksum']}"
        for unique_id, node in content["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    )
    parts += sorted(
        f"{unique_id}:{hashlib.sha256(macro['macro_sql'].encode()).hexdigest()}"
        for unique_id, macro in content["macros"].items()
        if macro["package_name"] == content["metadata"]["project_name"]
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def is_current(connection: psycopg.Connection[Any]) -> bool:
    """Whether the last complete build was of these models."""
    row = connection.execute(
        "select models_revision from operations.model_builds order by built_at desc limit 1"
    ).fetchone()
    return row is not None and row[0] == models_revision()


def record_build(connection: psycopg.Connection[Any], run_id: str) -> None:
    """Write down that every model was built."""
    connection.execute(
        "insert into operations.model_builds (models_revision, run_id) values (%s, %s) "
        "on conflict (models_revision) do update set run_id = excluded.run_id, built_at = now()",
        [models_revision(), run_id],
    )
