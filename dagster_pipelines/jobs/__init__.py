"""The jobs, named as the specification names its tasks."""

import dagster as dg

compute_session_analytics = dg.define_asset_job(
    "compute_session_analytics",
    description='Analytics of every session that is new or changed (specification, "Celery Tasks").',
    selection=dg.AssetSelection.assets(["ai_backend", "session_analytics"]).upstream(),
    executor_def=dg.in_process_executor,
)

refresh_all = dg.define_asset_job(
    "refresh_all",
    description="The whole chain for a date: sessions, cues, clients, risk, alerts.",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
)

ALL_JOBS = [compute_session_analytics, refresh_all]
