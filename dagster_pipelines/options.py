"""Options of a run, shared by all of its assets."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import ConfigDict

from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.computed_dates import business_date, parse_dates


class RunOptions(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Options of one run, set in the launchpad under resources / options / config."""

    model_config = ConfigDict(use_attribute_docstrings=True)  # shown in the launchpad

    as_of: str = ""
    """Dates for which client analytics, risk scores and alerts are computed: a date, a range (A..B) or a
    comma-separated list; empty: the date on which the run was created, in the business time zone."""
    pending_only: bool = False
    """Refresh only clients with changed sessions or an open compute request; otherwise all clients."""
    changed_since: str = ""
    """With pending_only: only sessions whose source was updated since this timestamp, such as
    2026-11-22T08:00:00+00:00, and sessions that were never computed; empty: all pending sessions."""
    rebuild: bool = False
    """Recompute every session."""
    verify_content: bool = False
    """Also detect utterances that were edited without a new update timestamp, and sessions with results of
    the fallback cue detector."""
    rescore_model_version: str = ""
    """Version of the risk formulas that replaces the scores of other versions on the computed dates."""

    def dates(self, context: dg.AssetExecutionContext) -> str:
        """Return the value of the dbt variable `as_of`; raises Failure if the option is invalid."""
        if self.as_of:
            try:
                parse_dates(self.as_of)
            except ValueError:
                raise dg.Failure(
                    f"as_of is '{self.as_of}', but must be a date (2026-11-22), a range "
                    "(2026-07-26..2026-11-22), or a comma-separated list of those",
                    allow_retries=False,
                ) from None
            return self.as_of
        return business_date(started_at(context), PipelineSettings().zone).isoformat()

    def since(self) -> datetime | None:
        """Return the timestamp of `changed_since`; raises Failure if the option is invalid."""
        if not self.changed_since:
            return None
        try:
            timestamp = datetime.fromisoformat(self.changed_since)
        except ValueError:
            timestamp = datetime.min
        if timestamp.tzinfo is None:
            raise dg.Failure(
                f"changed_since is '{self.changed_since}', but must be a timestamp with a UTC offset, "
                "such as 2026-11-22T08:00:00+00:00",
                allow_retries=False,
            )
        return timestamp


def started_at(context: dg.AssetExecutionContext) -> datetime:
    """Return when the run was created: the only clock that a run reads."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    return record.create_timestamp.astimezone(UTC) if record else datetime.now(UTC)


def run_config(**options: Any) -> dict[str, Any]:
    """Return the run configuration that sets these options."""
    return {"resources": {"options": {"config": options}}}
