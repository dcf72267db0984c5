"""The dates of a run."""

from datetime import date

import psycopg

from tests.support.project import Project


def test_as_of_dates__include_every_date_of_a_range_across_a_skipped_midnight(
    built_database_url: str, project: Project
) -> None:
    """In Chile 6 September 2026 starts at 01:00, which affects a server in that time zone."""
    project.run(built_database_url, "int_clients__as_of_dates", as_of="2026-09-04..2026-09-08, 2026-09-12")
    with psycopg.connect(built_database_url) as connection:
        connection.execute("set time zone 'America/Santiago'")
        rows = connection.execute(
            "select as_of_date from analytics_intermediate.int_clients__as_of_dates order by as_of_date"
        ).fetchall()
    assert [as_of_date for (as_of_date,) in rows] == [date(2026, 9, day) for day in (4, 5, 6, 7, 8, 12)]
