"""Every dbt model, seed and test as Dagster assets and asset checks."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, dbt_assets

from dagster_pipelines.resources.dbt import fresh_manifest, project

OWNERS = ["team:coaching-analytics"]


class PipelineConfig(dg.Config):
    """What a run may be told."""

    as_of: str = ""
    """Date, list or range (A..B) that client analytics, risk and alerts speak for; empty: today."""
    rebuild: bool = False
    """Compute every session again."""
    check_content: bool = False
    """Also look for utterances edited without a mark."""


class RoomTranslator(DagsterDbtTranslator):
    """Groups assets by the room they stand in, so that the graph reads like the architecture page."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """staging, sessions, cues, clients, risk, alerts, marts or seeds."""
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        folders = dbt_resource_props["fqn"][1:-1]
        return str(folders[-1])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        """The team that is asked when an asset is late or wrong."""
        return OWNERS


def dbt_variables(config: PipelineConfig) -> dict[str, Any]:
    """The variables of dbt_project.yml that a run sets; what is left out keeps its default."""
    variables: dict[str, Any] = {}
    if config.as_of:
        variables["as_of"] = config.as_of
    if config.rebuild:
        variables["rebuild"] = True
    if config.check_content:
        variables["check_content"] = True
    return variables


@dbt_assets(
    manifest=fresh_manifest(),
    project=project,
    dagster_dbt_translator=RoomTranslator(
        settings=DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=True)
    ),
)
def dbt_models(
    context: dg.AssetExecutionContext, config: PipelineConfig, dbt: DbtCliResource
) -> Iterator[Any]:
    """Build and test the selected models with `dbt build`."""
    arguments = ["build", "--indirect-selection", "buildable", "--vars", json.dumps(dbt_variables(config))]
    yield from dbt.cli(arguments, context=context).stream()
