"""The order of the night: which stage rests on which, and what it still owes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import psycopg

from dagster_pipelines.options import run_config
from dagster_pipelines.state.computed_dates import (
    Stage,
    business_day,
    format_range,
    last_computed,
    pending_range,
)


@dataclass(frozen=True)
class NightlyStage:
    """A stage of the night."""

    stage: Stage
    job: str
    at: time
    """Earliest start, in the business time zone."""
    depends_on_stage: Stage | None
    verify_content: bool = False

    @property
    def cron(self) -> str:
        """The same as a cron expression."""
        return f"{self.at.minute} {self.at.hour} * * *"


NIGHTLY: Sequence[NightlyStage] = (
    NightlyStage("clients", "compute_client_analytics", time(2, 0), None, verify_content=True),
    NightlyStage("risk", "compute_risk_scores", time(3, 0), "clients"),
    NightlyStage("alerts", "generate_risk_alerts", time(3, 30), "risk"),
)


def request(
    connection: psycopg.Connection[Any], stage: NightlyStage, day: date, attempt: int = 1
) -> dg.RunRequest | dg.SkipReason:
    """A run for everything that a stage owes up to `day`, or why there is none now."""
    owed = pending_range(connection, stage.stage, day)
    if owed is None:
        return dg.SkipReason(f"{day} is computed already.")
    if stage.depends_on_stage is not None:
        ready = last_computed(connection, stage.depends_on_stage)
        if ready is None or ready < day:
            return dg.SkipReason(f"Waits for the stage {stage.depends_on_stage} of {day}.")
    options: dict[str, Any] = {"as_of": format_range(*owed)}
    if stage.verify_content:
        options["verify_content"] = True
    return dg.RunRequest(
        run_key=f"{stage.job}:{day}:{attempt}",
        job_name=stage.job,
        run_config=run_config(**options),
        tags={"as_of": format_range(*owed), "day": str(day)},
    )


def due_day(stage: NightlyStage, now: datetime, zone: ZoneInfo) -> date:
    """The latest day whose start of this stage has come by `now`."""
    day = business_day(now, zone)
    return day if now.astimezone(zone).time() >= stage.at else date.fromordinal(day.toordinal() - 1)
