"""The jobs, named as the specification names its tasks. Each writes; a queue lets one run at a time."""

from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from dagster_pipelines.checks import freshness
from dagster_pipelines.dbt.manifest import manifest_content
from dagster_pipelines.dbt.stages import BUILT, ORDER, ModelStage, names
from dagster_pipelines.dbt.translator import WRITER_POOL, translator
from dagster_pipelines.jobs.housekeeping import prune_runs
from dagster_pipelines.options import run_config

WRITER_TAG = {WRITER_POOL: "one"}
"""Runs with this tag are started one after another (deploy/dagster-local.yaml)."""


def _models(wanted: Sequence[str]) -> dg.AssetSelection:
    nodes = manifest_content()["nodes"].values()
    chosen = set(wanted)
    return dg.AssetSelection.assets(
        *(
            translator.get_asset_key(node)
            for node in nodes
            if node["name"] in chosen and node["resource_type"] in BUILT
        )
    )


def _chain(*stages: ModelStage, marts: bool | None = None) -> dg.AssetSelection:
    return _models(names(*stages, marts=marts))


cues = dg.AssetSelection.key_prefixes("cue_detection").materializable()

compute_session_analytics = dg.define_asset_job(
    "compute_session_analytics",
    description=(
        "Analytics of every session that is new or changed, and at once its client's analytics, score "
        "and alerts. Without tests, which would take longer than the rest; the nightly runs have them."
    ),
    selection=(_chain("sessions", "clients", "risk", "alerts") | cues).without_checks(),
    config=run_config(pending_only=True),
    tags=WRITER_TAG,
)

compute_client_analytics = dg.define_asset_job(
    "compute_client_analytics",
    description="Sessions that were missed or edited without a mark, then the analytics of every client.",
    selection=_chain("sessions", "clients") | cues,
    config=run_config(verify_content=True),
    tags=WRITER_TAG,
)

compute_risk_scores = dg.define_asset_job(
    "compute_risk_scores",
    description="The risk score of every active pair.",
    selection=_chain("clients", marts=False) | _chain("risk"),
    tags=WRITER_TAG,
)

generate_risk_alerts = dg.define_asset_job(
    "generate_risk_alerts",
    description="Alerts opened, brought up to date and resolved, from the scores in order.",
    selection=_chain("clients", "risk", marts=False) | _chain("alerts"),
    tags=WRITER_TAG,
)

refresh_all = dg.define_asset_job(
    "refresh_all",
    description="The whole chain for a date: seeds, sessions, cues, clients, risk, alerts, with every test.",
    selection=_chain(*ORDER) | cues,
    tags=WRITER_TAG,
)

check_freshness = dg.define_asset_job(
    "check_freshness",
    description="Whether sources and marts are as fresh as they should be.",
    selection=dg.AssetSelection.checks(*(spec.key for spec in freshness.check_specs)),
)

ALL_JOBS: list[dg.JobDefinition | UnresolvedAssetJobDefinition] = [
    check_freshness,
    prune_runs,
    compute_session_analytics,
    compute_client_analytics,
    compute_risk_scores,
    generate_risk_alerts,
    refresh_all,
]
