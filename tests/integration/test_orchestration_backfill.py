"""A range of dates that is materialized in the UI is computed by one run."""

from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import pytest

from dagster_pipelines.assets.computed_dates import KEY
from dagster_pipelines.options import run_config
from dagster_pipelines.state.write_lock import connect
from tests.support.orchestration import run_job
from tests.support.rows import Said, add_session, insert, new_id

COACH, CLIENT = new_id(), new_id()
DATES = [date(2026, 11, day) for day in (2, 3, 4)]
RANGE_TAGS = {
    "dagster/asset_partition_range_start": str(DATES[0]),
    "dagster/asset_partition_range_end": str(DATES[-1]),
}
"""The tags with which the UI starts a range of an asset with a single-run backfill policy."""


@pytest.mark.usefixtures("built_database_url")
def test_backfill__computes_a_range_in_one_run_and_materializes_its_partitions() -> None:
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    with connect() as connection:
        insert(connection, "public.coach_clients", coach_id=COACH, client_id=CLIENT, status="active")
        said = [Said("coach", 0, 60, "How was it?"), Said("client", 60, 130, "I will call them.")]
        add_session(
            connection,
            said,
            coach_id=COACH,
            client_id=CLIENT,
            session_date=date(2026, 11, 1),
            completed_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
        )
    with dg.DagsterInstance.ephemeral() as instance:
        assert run_job("compute_session_analytics", instance, run_config(as_of="2026-11-01")).success
        assert scored_dates() == [date(2026, 11, 1)]
        result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, asset_selection=[KEY], tags=RANGE_TAGS
        )
        assert result.success
        assert instance.get_materialized_partitions(KEY) == {"2026-11-01", *map(str, DATES)}
    assert scored_dates() == [date(2026, 11, 1), *DATES]


def scored_dates() -> list[date]:
    with connect() as connection:
        return column(connection, "select as_of_date from ai_backend.risk_scores order by 1")


def column(connection: Any, query: str) -> list[date]:
    return [value for (value,) in connection.execute(query)]
