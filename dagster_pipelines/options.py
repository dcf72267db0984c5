"""What a run may be told, in one place for every asset of the run."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
from pydantic import ConfigDict

from dagster_pipelines.settings import PipelineSettings
from dagster_pipelines.state.computed_dates import business_day, parse_dates


class RunOptions(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Options of one run; in the UI's launchpad under resources / options / config."""

    model_config = ConfigDict(use_attribute_docstrings=True)  # the launchpad says what each option means

    as_of: str = ""
    """Date, list or range (A..B) that client analytics, risk and alerts speak for; empty: the day on
    which the run was started, in the business time zone."""
    pending_only: bool = False
    """Refresh only clients whose sessions changed or who were asked for; else all."""
    changed_since: str = ""
    """Moment since which upstream's marks are looked at when only what waits is refreshed, such as
    2026-11-22T08:00:00+00:00; a session that is not computed is found in any case. Empty: all count."""
    rebuild: bool = False
    """Compute every session again."""
    verify_content: bool = False
    """Also look for utterances edited without a mark, and for answers of a detector that stood in."""
    rescore_model_version: str = ""
    """Version of the risk formulas with which days scored by another version are scored again."""

    def days(self, context: dg.AssetExecutionContext) -> str:
        """The days that the run speaks for, as the variable as_of takes them. A Failure for what is none."""
        if self.as_of:
            try:
                parse_dates(self.as_of)
            except ValueError:
                raise dg.Failure(
                    f"as_of is '{self.as_of}', but must be a date (2026-11-22), a range "
                    "(2026-07-26..2026-11-22), or a comma list of those",
                    allow_retries=False,
                ) from None
            return self.as_of
        return business_day(started_at(context), PipelineSettings().zone).isoformat()

    def since(self) -> datetime | None:
        """The moment of changed_since. A Failure for what is none."""
        if not self.changed_since:
            return None
        try:
            moment = datetime.fromisoformat(self.changed_since)
        except ValueError:
            moment = datetime.min
        if moment.tzinfo is None:
            raise dg.Failure(
                f"changed_since is '{self.changed_since}', but must be a moment with its zone, such as "
                "2026-11-22T08:00:00+00:00",
                allow_retries=False,
            )
        return moment


def started_at(context: dg.AssetExecutionContext) -> datetime:
    """When the run was created: the one moment at which a run reads a clock."""
    record = context.instance.get_run_record_by_id(context.run.run_id)
    return record.create_timestamp.astimezone(UTC) if record else datetime.now(UTC)


def run_config(**options: Any) -> dict[str, Any]:
    """The run configuration that sets these options."""
    return {"resources": {"options": {"config": options}}}
