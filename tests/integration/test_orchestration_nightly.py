"""What the night owes, and in which order."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import psycopg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from dagster_pipelines.nightly import NIGHTLY, NightlyStage, due_day, request
from dagster_pipelines.state.computed_dates import business_day, parse_dates, record_computed
from dagster_pipelines.state.write_lock import connect, hold_write_lock
from warehouse.write_lock import WriteLockTimeoutError

CLIENTS, RISK, ALERTS = NIGHTLY
DAY = date(2026, 11, 22)


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with connect() as connection:
        connection.execute("truncate operations.computed_dates")
        yield connection


def asked(connection: psycopg.Connection[Any], stage: Any, day: date = DAY) -> str:
    """as_of of the run that a stage asks for, or the reason why there is none."""
    wanted = request(connection, stage, day)
    if isinstance(wanted, dg.SkipReason):
        return wanted.skip_message or ""
    return str(wanted.run_config["resources"]["options"]["config"]["as_of"])


def test_request__the_first_night_speaks_for_its_own_day(database: psycopg.Connection[Any]) -> None:
    assert asked(database, CLIENTS) == "2026-11-22"


def test_request__catches_up_missed_nights_as_one_range(database: psycopg.Connection[Any]) -> None:
    record_computed(database, ["clients"], [date(2026, 11, 18)], "run")
    assert asked(database, CLIENTS) == "2026-11-19..2026-11-22"


def test_request__owes_nothing_twice(database: psycopg.Connection[Any]) -> None:
    record_computed(database, ["clients"], [DAY], "run")
    assert asked(database, CLIENTS) == "2026-11-22 is computed already."


def test_request__waits_for_what_it_rests_on_whatever_the_clock_says(
    database: psycopg.Connection[Any],
) -> None:
    assert asked(database, RISK) == "Waits for the stage clients of 2026-11-22."
    record_computed(database, ["clients"], [date(2026, 11, 21)], "run")
    assert asked(database, RISK) == "Waits for the stage clients of 2026-11-22."
    record_computed(database, ["clients"], [DAY], "run")
    assert asked(database, RISK) == "2026-11-22"
    assert asked(database, ALERTS) == "Waits for the stage risk of 2026-11-22."


def test_due_day__is_the_latest_day_whose_hour_has_passed() -> None:
    before, after = datetime(2026, 11, 22, 2, 59, tzinfo=UTC), datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    assert due_day(RISK, before, ZoneInfo("UTC")) == date(2026, 11, 21)
    assert due_day(RISK, after, ZoneInfo("UTC")) == DAY


def test_business_day__is_the_calendar_day_in_the_business_time_zone() -> None:
    moment = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    assert business_day(moment, ZoneInfo("America/New_York")) == date(2026, 11, 21)
    assert business_day(moment, ZoneInfo("Asia/Tokyo")) == DAY


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-11-22", [22]),
        ("2026-11-20..2026-11-22", [20, 21, 22]),
        ("2026-11-22,2026-11-20", [20, 22]),
    ],
)
def test_as_dates__reads_what_a_run_may_be_told(text: str, days: list[int]) -> None:
    assert [day.day for day in parse_dates(text)] == days


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22..2026-11-20", "2026-02-30"])
def test_as_dates__refuses_the_rest(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the parser's own
        parse_dates(text)


def test_schedules__start_at_the_specified_hours() -> None:
    assert [(stage.job, stage.cron) for stage in NIGHTLY] == [
        ("compute_client_analytics", "0 2 * * *"),
        ("compute_risk_scores", "0 3 * * *"),
        ("generate_risk_alerts", "30 3 * * *"),
    ]


def test_schedules__speak_for_the_day_of_the_scheduled_time(database: psycopg.Connection[Any]) -> None:
    from dagster_pipelines.definitions import defs  # noqa: PLC0415 - reads the manifest

    schedule = defs.get_schedule_def("compute_client_analytics_nightly")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    requests = schedule.evaluate_tick(context).run_requests
    assert requests is not None
    assert [r.run_config["resources"]["options"]["config"]["as_of"] for r in requests] == ["2026-11-22"]
    assert [r.run_config["resources"]["options"]["config"]["verify_content"] for r in requests] == [True]


BERLIN = ZoneInfo("Europe/Berlin")


def test_due_day__where_the_clock_jumps_over_the_hour_the_night_begins_after_the_jump() -> None:
    """On 2026-03-29 it is never two o'clock in Berlin: one second after 01:59:59 it is three."""
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert due_day(CLIENTS, jump - timedelta(seconds=1), BERLIN) == date(2026, 3, 28)
    assert due_day(CLIENTS, jump, BERLIN) == date(2026, 3, 29)


def test_due_day__where_the_hour_comes_twice_the_night_is_owed_once(
    database: psycopg.Connection[Any],
) -> None:
    first, second = datetime(2026, 10, 25, 0, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    day = date(2026, 10, 25)
    assert due_day(CLIENTS, first, BERLIN) == due_day(CLIENTS, second, BERLIN) == day
    assert asked(database, CLIENTS, day) == "2026-10-25"
    record_computed(database, ["clients"], [day], "run")
    assert asked(database, CLIENTS, day) == "2026-10-25 is computed already."


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
@pytest.mark.parametrize("stage", NIGHTLY, ids=lambda stage: stage.job)
def test_schedules__tick_once_a_night_where_the_clock_jumps(stage: NightlyStage, sunday: date) -> None:
    begin = datetime.combine(sunday - timedelta(days=2), datetime.min.time(), BERLIN)
    ticks = schedule_execution_time_iterator(begin.timestamp(), stage.cron, BERLIN.key)
    days = [business_day(next(ticks), BERLIN) for _ in range(5)]
    assert days == [begin.date() + timedelta(days=number) for number in range(5)]


def test_single_writer__keeps_a_second_one_out_and_lets_it_in_afterwards(database_url: str) -> None:
    told: list[str] = []
    with hold_write_lock(0), pytest.raises(WriteLockTimeoutError), hold_write_lock(0.7, told.append):
        pass
    assert told == ["Another run is writing the marts; waiting for it."]
    with hold_write_lock(0):
        pass


def test_single_writer__is_given_up_by_a_killed_run(database_url: str) -> None:
    with hold_write_lock(0), connect() as operator:
        operator.execute(
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' "
            "and pid <> pg_backend_pid() and database = (select oid from pg_database "
            "where datname = current_database())"
        )
        with hold_write_lock(5):
            pass
