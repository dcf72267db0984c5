"""Jobs, named after the tasks of the specification. All but two write to the marts and run one at a time."""

import dagster as dg

from dagster_pipelines.assets.alert_deliveries import alert_deliveries
from dagster_pipelines.checks import freshness
from dagster_pipelines.dbt.translator import WRITER_POOL
from dagster_pipelines.jobs.housekeeping import prune_runs
from dagster_pipelines.options import run_config

WRITER_TAG = {WRITER_POOL: "one"}
"""Runs with this tag are started one at a time (deploy/dagster.yaml)."""


def _tagged(tag: str) -> dg.AssetSelection:
    """Select the assets of the dbt models that have a tag (dbt_project.yml)."""
    return dg.AssetSelection.tag(tag, "")


base, sessions, clients, risk, alerts = map(_tagged, ("base", "sessions", "clients", "risk", "alerts"))
marts = _tagged("marts")
detector = dg.AssetSelection.key_prefixes("cue_detection").materializable()
deliveries = dg.AssetSelection.assets(alert_deliveries)

compute_session_analytics = dg.define_asset_job(
    "compute_session_analytics",
    description=(
        "Analytics of new and changed sessions, and the analytics, risk score and alerts of their clients. "
        "Runs no tests, which would take longer than the rest; the nightly jobs run them."
    ),
    selection=(sessions | detector | clients | risk | alerts | deliveries).without_checks(),
    config=run_config(pending_only=True),
    tags=WRITER_TAG,
)

compute_client_analytics = dg.define_asset_job(
    "compute_client_analytics",
    description=(
        "Analytics of all clients, after computing sessions that were missed or edited without a new update "
        "timestamp."
    ),
    selection=sessions | detector | clients,
    config=run_config(verify_content=True),
    tags=WRITER_TAG,
)

compute_risk_scores = dg.define_asset_job(
    "compute_risk_scores",
    description="Risk scores of all active coach-client pairs.",
    selection=(clients - marts) | risk,
    tags=WRITER_TAG,
)

generate_risk_alerts = dg.define_asset_job(
    "generate_risk_alerts",
    description="Opens, updates and resolves alerts by the risk scores.",
    selection=((clients | risk) - marts) | alerts | deliveries,
    tags=WRITER_TAG,
)

refresh_all = dg.define_asset_job(
    "refresh_all",
    description="All models for a date, with every test: seeds, sessions, cues, clients, risk and alerts.",
    selection=base | sessions | detector | clients | risk | alerts | deliveries,
    tags=WRITER_TAG,
)

check_freshness = dg.define_asset_job(
    "check_freshness",
    description="Checks the freshness of sources and marts.",
    selection=dg.AssetSelection.checks(*(spec.key for spec in freshness.check_specs)),
)

ALL_JOBS = (
    check_freshness,
    prune_runs,
    compute_session_analytics,
    compute_client_analytics,
    compute_risk_scores,
    generate_risk_alerts,
    refresh_all,
)
