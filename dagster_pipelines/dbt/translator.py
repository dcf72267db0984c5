"""Translates between dbt and Dagster: models to assets, asset selections to models, results to events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtManifestAssetSelection

from dagster_pipelines.dbt.errors import NodeResult
from dagster_pipelines.dbt.manifest import built_nodes, manifest_content

OWNERS = ["team:coaching-analytics"]
WRITER_POOL = "warehouse_writer"
"""Pool of the steps that write to the warehouse; it admits one step at a time."""
RETRIES = dg.RetryPolicy(max_retries=3, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""Three retries, after about 2, 4 and 8 seconds (docs/reference/specification.md, "Computation Failures")."""
GROUP_TAGS = ("cues", "sessions", "clients", "risk", "alerts")
"""Tags of models that name a group of assets; the first match wins."""


class LayerTranslator(DagsterDbtTranslator):
    """Groups assets by the stage that computes them."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        tags = dbt_resource_props["tags"]
        return next((tag for tag in GROUP_TAGS if tag in tags), "staging")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        return OWNERS


translator = LayerTranslator(
    settings=DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=True)
)


def selected_names(context: dg.AssetExecutionContext) -> list[str]:
    """Return the names of the models and seeds that a step builds, or else of the tests that it runs.

    The Dagster UI can execute the checks of an asset alone.
    """
    if not context.selected_asset_keys:
        return sorted(selected_tests(context))
    return [built_nodes()[unique_id]["name"] for unique_id in _selected_ids(context)]


def selected_tests(context: dg.AssetExecutionContext) -> dict[str, dg.AssetCheckKey]:
    """Return the checks that a step reports, by the name of the dbt test."""
    return {key.name: key for key in context.selected_asset_check_keys}


@cache
def live_models() -> frozenset[str]:
    """Return the names of the models that dbt's selector `live` selects (selectors.yml)."""
    selection = DbtManifestAssetSelection.build(
        manifest=manifest_content(), selector="live", dagster_dbt_translator=translator
    )
    keys = selection.resolve([])
    return frozenset(
        node["name"] for node in built_nodes().values() if translator.get_asset_key(node) in keys
    )


def asset_results(context: dg.AssetExecutionContext, results: Sequence[NodeResult]) -> Iterator[Any]:
    """Yield materializations and check results of a step, inputs before the assets that depend on them.

    An asset that was selected but not built is a view that an incremental run reuses: it is reported as
    well, so that the steps that depend on it are not skipped. The results of other steps' tests are omitted.
    """
    built = {result.unique_id: result for result in results}
    for unique_id in _in_dependency_order(_selected_ids(context)):
        result = built.get(unique_id)
        yield dg.MaterializeResult(
            asset_key=translator.get_asset_key(built_nodes()[unique_id]),
            metadata=_model_metadata(result) if result else {"unique_id": unique_id, "reused": True},
        )
    checks = selected_tests(context)
    for result in _completed_tests(results):
        if result.name in checks:
            key = checks[result.name]
            yield dg.AssetCheckResult(asset_key=key.asset_key, check_name=key.name, **_check_outcome(result))


def partial_results(
    context: dg.AssetExecutionContext, results: Sequence[NodeResult]
) -> Iterator[dg.AssetMaterialization | dg.AssetCheckEvaluation]:
    """Yield the completed models and tests of a failed step."""
    nodes = built_nodes()
    for result in results:
        if result.unique_id in nodes and result.status == "success":
            yield dg.AssetMaterialization(
                translator.get_asset_key(nodes[result.unique_id]), metadata=_model_metadata(result)
            )
    checks = selected_tests(context)
    for result in _completed_tests(results):
        if result.name in checks:
            key = checks[result.name]
            yield dg.AssetCheckEvaluation(
                asset_key=key.asset_key, check_name=key.name, **_check_outcome(result)
            )


def _selected_ids(context: dg.AssetExecutionContext) -> list[str]:
    selected = context.selected_asset_keys
    return [
        unique_id for unique_id, node in built_nodes().items() if translator.get_asset_key(node) in selected
    ]


def _in_dependency_order(unique_ids: Iterable[str]) -> Iterator[str]:
    selected = set(unique_ids)
    inputs = {
        unique_id: selected & set(built_nodes()[unique_id]["depends_on"].get("nodes", ()))
        for unique_id in sorted(selected)
    }
    yield from TopologicalSorter(inputs).static_order()


def _completed_tests(results: Sequence[NodeResult]) -> Iterator[NodeResult]:
    yield from (
        result for result in results if result.unique_id.startswith("test.") and result.status != "skipped"
    )


def _model_metadata(result: NodeResult) -> dict[str, Any]:
    return {"unique_id": result.unique_id, "Execution Duration": result.seconds, "status": result.status}


def _check_outcome(result: NodeResult) -> dict[str, Any]:
    is_warning = result.status == "warn"
    metadata = _model_metadata(result)
    if result.failures is not None:
        metadata["dagster_dbt/failed_row_count"] = result.failures
    return {
        "passed": result.status == "pass",
        "severity": dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        "metadata": metadata,
    }
