"""How a dbt model shows itself as an asset, and how an asset selection becomes a dbt selection."""

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_pipelines.dbt.manifest import manifest_content
from dagster_pipelines.dbt.stages import BUILT, reads_detector, stages
from dagster_pipelines.resources.dbt import BuildResult, project

OWNERS = ["team:coaching-analytics"]
WRITER_POOL = "warehouse_writer"
"""Pool of every step that writes to the warehouse; holds one at a time."""
RETRIES = dg.RetryPolicy(max_retries=3, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""Three more tries, after about 2, 4 and 8 seconds (specification, "Computation Failures")."""


class LayerTranslator(DagsterDbtTranslator):
    """Groups assets by the room they stand in, so that the graph reads like the architecture page."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """seeds, staging, sessions, cues, clients, risk or alerts; a mart stands with what it is made of."""
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        if reads_detector(dbt_resource_props):
            return "cues"
        folder = str(dbt_resource_props["fqn"][-2])
        stage = stages()[dbt_resource_props["unique_id"]] if folder == "marts" else folder
        return "staging" if stage == "base" else stage

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        """The team that is asked when an asset is late or wrong."""
        return OWNERS


translator = LayerTranslator(
    settings=DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=True)
)


def selected_names(context: dg.AssetExecutionContext) -> list[str]:
    """Names of the models and seeds whose assets this step is to build; else of the tests that it is to run.

    A person may run a check alone, from its asset's page.
    """
    wanted = context.selected_asset_keys
    if not wanted:
        return sorted(selected_tests(context))
    return [
        node["name"]
        for node in manifest_content()["nodes"].values()
        if node["resource_type"] in BUILT and translator.get_asset_key(node) in wanted
    ]


def selected_tests(context: dg.AssetExecutionContext) -> set[str]:
    """Names of the tests whose results this step is to tell."""
    return {key.name for key in context.selected_asset_check_keys}


def dagster_events(context: dg.AssetExecutionContext, built: BuildResult) -> Iterator[Any]:
    """Materializations and check results of a build, as dagster-dbt makes them of dbt's own events.

    A view that was left standing shows what is new without being built: what rests on it may go on. Of a test
    that dbt ran besides, as all that it reads was there, nothing is told: it belongs to another step.
    """
    tests = selected_tests(context)
    told = [
        one
        for event in built.events
        if is_of_model(event) or event["data"]["node_info"]["node_name"] in tests
        for one in DbtCoreCliEventMessage(raw_event=event, event_history_metadata={}).to_default_asset_events(
            manifest=manifest_content(), dagster_dbt_translator=translator, context=context, project=project
        )
    ]
    outputs = {one.output_name: one for one in told if isinstance(one, dg.Output)}
    for name in _outputs_in_order(context):
        yield outputs.get(name, dg.Output(None, output_name=name, metadata={"left standing": True}))
    yield from (one for one in told if not isinstance(one, dg.Output))


def is_of_model(event: Mapping[str, Any]) -> bool:
    """Whether a result is that of a model or seed, and not of a test."""
    return str(event["data"]["node_info"]["resource_type"]) != "test"


def events_of_failed(built: BuildResult) -> Iterator[Any]:
    """What a build that failed had built by then, and what the tests said, so that each asset shows it."""
    for event in built.events:
        yield from DbtCoreCliEventMessage(raw_event=event, event_history_metadata={}).to_default_asset_events(
            manifest=manifest_content(), dagster_dbt_translator=translator, project=project
        )


def _outputs_in_order(context: dg.AssetExecutionContext) -> Iterator[str]:
    """Names of the step's outputs, each after those it rests on, as Dagster wants them."""
    wanted, asset = context.selected_asset_keys, context.assets_def
    order = TopologicalSorter({key: asset.asset_deps[key] & wanted for key in sorted(wanted)})
    yield from map(asset.get_output_name_for_asset_key, order.static_order())
