"""With which version of the models the warehouse was last built as a whole, and what of it still stands."""

import hashlib
from functools import cache
from typing import Any

import psycopg

from dagster_pipelines.dbt.manifest import manifest_content
from dagster_pipelines.settings import PipelineSettings
from warehouse.paths import PROJECT_DIR

PER_RUN = "per_run"
"""Tag of views whose definition holds what a run was asked for: its dates, its clients."""


@cache
def models_revision() -> str:
    """Changes whenever a model, seed, macro or variable does."""
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
    parts.append((PROJECT_DIR / "dbt_project.yml").read_text())
    parts.append(PipelineSettings().business_time_zone)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def models_up_to_date(connection: psycopg.Connection[Any]) -> bool:
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


def existing_views(connection: psycopg.Connection[Any]) -> set[str]:
    """Names of the views that are there and hold nothing of a run; as they shall be while `models_up_to_date`."""
    addresses = {
        f'"{node["schema"]}"."{node["alias"]}"': node["name"]
        for node in manifest_content()["nodes"].values()
        if node["config"].get("materialized") == "view_in_place" and PER_RUN not in node["config"]["tags"]
    }
    rows = connection.execute(
        "select address from unnest(%s::text[]) as address where to_regclass(address) is not null",
        [list(addresses)],
    ).fetchall()
    return {addresses[address] for (address,) in rows}
