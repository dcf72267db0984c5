"""The nightly stages: their order, and the run that computes the pending dates of a stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import psycopg

from dagster_pipelines.options import run_config
from dagster_pipelines.state.computed_dates import (
    Stage,
    business_date,
    format_range,
    last_computed,
    pending_range,
)

DATE_TAG = "date"
"""Tag of a nightly run: the latest date that it computes."""


@dataclass(frozen=True)
class NightlyStage:
    """A stage of the nightly computation."""

    stage: Stage
    job: str
    start_time: time
    """Earliest start, in the business time zone."""
    depends_on: Stage | None
    verify_content: bool = False

    @property
    def cron(self) -> str:
        return f"{self.start_time.minute} {self.start_time.hour} * * *"


NIGHTLY: Sequence[NightlyStage] = (
    NightlyStage("clients", "compute_client_analytics", time(2, 0), None, verify_content=True),
    NightlyStage("risk", "compute_risk_scores", time(3, 0), "clients"),
    NightlyStage("alerts", "generate_risk_alerts", time(3, 30), "risk"),
)


def nightly_run(
    connection: psycopg.Connection[Any], stage: NightlyStage, until: date, attempt: int = 1
) -> dg.RunRequest | dg.SkipReason:
    """Return a run for the pending dates of a stage up to `until`, or the reason why there is none."""
    pending = pending_range(connection, stage.stage, until)
    if pending is None:
        return dg.SkipReason(f"{until} is already computed.")
    if stage.depends_on is not None:
        last_input = last_computed(connection, stage.depends_on)
        if last_input is None or last_input < until:
            return dg.SkipReason(f"Waiting for the stage {stage.depends_on} of {until}.")
    options: dict[str, Any] = {"as_of": format_range(*pending)}
    if stage.verify_content:
        options["verify_content"] = True
    return dg.RunRequest(
        run_key=f"{stage.job}:{until}:{attempt}",
        job_name=stage.job,
        run_config=run_config(**options),
        tags={"as_of": format_range(*pending), DATE_TAG: str(until)},
    )


def due_date(stage: NightlyStage, now: datetime, zone: ZoneInfo) -> date:
    """Return the latest date whose start time of this stage has passed."""
    today = business_date(now, zone)
    return today if now.astimezone(zone).time() >= stage.start_time else today - timedelta(1)
