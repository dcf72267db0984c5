"""Nightly stages: pending dates, their order, and the schedules."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import psycopg
import pytest

from dagster_pipelines.nightly import NIGHTLY, NightlyStage, due_date, nightly_run
from dagster_pipelines.state.computed_dates import business_date, parse_dates, record_computed
from dagster_pipelines.state.write_lock import connect, hold_write_lock
from warehouse.write_lock import WriteLockTimeoutError

CLIENTS, RISK, ALERTS = NIGHTLY
DATE = date(2026, 11, 22)


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with connect() as connection:
        connection.execute("truncate operations.computed_dates")
        yield connection


def outcome(connection: psycopg.Connection[Any], stage: NightlyStage, until: date = DATE) -> str:
    """Return as_of of the requested run, or the reason why there is none."""
    run = nightly_run(connection, stage, until)
    if isinstance(run, dg.SkipReason):
        return run.skip_message or ""
    return str(run.run_config["resources"]["options"]["config"]["as_of"])


def test_nightly_run__on_a_new_database_computes_one_date(database: psycopg.Connection[Any]) -> None:
    assert outcome(database, CLIENTS) == "2026-11-22"


def test_nightly_run__computes_missed_dates_as_one_range(database: psycopg.Connection[Any]) -> None:
    record_computed(database, ["clients"], [date(2026, 11, 18)], "run")
    assert outcome(database, CLIENTS) == "2026-11-19..2026-11-22"


def test_nightly_run__does_not_repeat_a_computed_date(database: psycopg.Connection[Any]) -> None:
    record_computed(database, ["clients"], [DATE], "run")
    assert outcome(database, CLIENTS) == "2026-11-22 is already computed."


def test_nightly_run__waits_for_the_stage_it_depends_on(database: psycopg.Connection[Any]) -> None:
    assert outcome(database, RISK) == "Waiting for the stage clients of 2026-11-22."
    record_computed(database, ["clients"], [date(2026, 11, 21)], "run")
    assert outcome(database, RISK) == "Waiting for the stage clients of 2026-11-22."
    record_computed(database, ["clients"], [DATE], "run")
    assert outcome(database, RISK) == "2026-11-22"
    assert outcome(database, ALERTS) == "Waiting for the stage risk of 2026-11-22."


def test_due_date__is_the_latest_date_whose_start_time_has_passed() -> None:
    before, after = datetime(2026, 11, 22, 2, 59, tzinfo=UTC), datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    assert due_date(RISK, before, ZoneInfo("UTC")) == date(2026, 11, 21)
    assert due_date(RISK, after, ZoneInfo("UTC")) == DATE


def test_business_date__is_the_calendar_date_in_the_business_time_zone() -> None:
    timestamp = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    assert business_date(timestamp, ZoneInfo("America/New_York")) == date(2026, 11, 21)
    assert business_date(timestamp, ZoneInfo("Asia/Tokyo")) == DATE


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-11-22", [22]),
        ("2026-11-20..2026-11-22", [20, 21, 22]),
        ("2026-11-22,2026-11-20", [20, 22]),
    ],
)
def test_parse_dates__accepts_dates_ranges_and_lists(text: str, days: list[int]) -> None:
    assert parse_dates(text) == [date(2026, 11, day) for day in days]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22..2026-11-20", "2026-02-30"])
def test_parse_dates__rejects_other_text(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is that of date.fromisoformat
        parse_dates(text)


def test_schedules__start_at_the_specified_times() -> None:
    assert [(stage.job, stage.cron) for stage in NIGHTLY] == [
        ("compute_client_analytics", "0 2 * * *"),
        ("compute_risk_scores", "0 3 * * *"),
        ("generate_risk_alerts", "30 3 * * *"),
    ]


def test_schedules__compute_the_date_of_the_scheduled_time(database: psycopg.Connection[Any]) -> None:
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    schedule = defs.get_schedule_def("compute_client_analytics_nightly")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    requests = schedule.evaluate_tick(context).run_requests
    assert requests is not None
    assert [r.run_config["resources"]["options"]["config"]["as_of"] for r in requests] == ["2026-11-22"]
    assert [r.run_config["resources"]["options"]["config"]["verify_content"] for r in requests] == [True]


BERLIN = ZoneInfo("Europe/Berlin")


def test_due_date__in_spring_a_skipped_start_time_is_that_of_the_clock_change() -> None:
    """On 2026-03-29 the clock in Berlin changes from 01:59:59 to 03:00:00."""
    clock_change = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert due_date(CLIENTS, clock_change - timedelta(seconds=1), BERLIN) == date(2026, 3, 28)
    assert due_date(CLIENTS, clock_change, BERLIN) == date(2026, 3, 29)


def test_due_date__in_autumn_a_repeated_start_time_computes_the_date_once(
    database: psycopg.Connection[Any],
) -> None:
    first, second = datetime(2026, 10, 25, 0, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    due = date(2026, 10, 25)
    assert due_date(CLIENTS, first, BERLIN) == due_date(CLIENTS, second, BERLIN) == due
    assert outcome(database, CLIENTS, due) == "2026-10-25"
    record_computed(database, ["clients"], [due], "run")
    assert outcome(database, CLIENTS, due) == "2026-10-25 is already computed."


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
@pytest.mark.parametrize("stage", NIGHTLY, ids=lambda stage: stage.job)
def test_schedules__tick_once_per_date_when_the_clock_changes(stage: NightlyStage, sunday: date) -> None:
    first = sunday - timedelta(days=2)
    ticks = dg.TimeWindowPartitionsDefinition(
        start=str(first), fmt="%Y-%m-%d", cron_schedule=stage.cron, timezone=BERLIN.key
    )
    end = datetime.combine(first + timedelta(days=6), datetime.min.time(), BERLIN)
    dates = [date.fromisoformat(key) for key in ticks.get_partition_keys(current_time=end)]
    assert dates == [first + timedelta(days=number) for number in range(5)]


@pytest.mark.usefixtures("database_url")
def test_write_lock__admits_one_holder_at_a_time() -> None:
    reported: list[str] = []
    with hold_write_lock(0), pytest.raises(WriteLockTimeoutError), hold_write_lock(0.7, reported.append):
        pass
    assert len(reported) == 1
    with hold_write_lock(0):
        pass


@pytest.mark.usefixtures("database_url")
def test_write_lock__is_released_when_its_holder_is_killed() -> None:
    with hold_write_lock(0), connect() as operator:
        operator.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' "
            "and pid <> pg_backend_pid() and database = (select oid from pg_database "
            "where datname = current_database())"
        )
        with hold_write_lock(5):
            pass
