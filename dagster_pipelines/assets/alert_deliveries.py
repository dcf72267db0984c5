"""The outbox of alerts to deliver, filled after the alerts are computed."""

from typing import Any

import dagster as dg

from dagster_pipelines.dbt.translator import OWNERS, RETRIES
from dagster_pipelines.guards import translate_errors
from dagster_pipelines.notifications import outbox
from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.write_lock import connect


@dg.asset(
    key=dg.AssetKey(["operations", "alert_deliveries"]),
    description=(
        "Outbox of alerts that opened or became urgent. The sensor deliver_alerts posts them to "
        "ALERT_WEBHOOK_URL; without a URL nothing is enqueued."
    ),
    deps=[dg.AssetKey(["ai_backend", "risk_alerts"])],
    group_name="operations",
    owners=OWNERS,
    kinds={"postgres"},
    retry_policy=RETRIES,
)
def alert_deliveries() -> dg.MaterializeResult[Any]:
    """Enqueue alerts that opened or became urgent."""
    with translate_errors(), connect() as connection:
        return dg.MaterializeResult(metadata={"enqueued": outbox.enqueue(connection, PipelineSettings())})
