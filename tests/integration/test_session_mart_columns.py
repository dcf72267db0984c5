"""ai_backend.session_analytics equals the table definition of the specification."""

import psycopg
import pytest

SPECIFIED = """
id                            uuid           not null
job_id                        uuid           not null
client_id                     uuid           not null
coach_id                      uuid           not null
session_date                  date           not null
total_duration_seconds        numeric(10,2)  not null
coach_talk_time_seconds       numeric(10,2)  not null
client_talk_time_seconds      numeric(10,2)  not null
silence_time_seconds          numeric(10,2)  not null
coach_talk_percentage         numeric(5,2)   not null
client_talk_percentage        numeric(5,2)   not null
total_turns                   integer        not null
coach_turns                   integer        not null
client_turns                  integer        not null
average_turn_duration_coach   numeric(8,2)
average_turn_duration_client  numeric(8,2)
interruption_count            integer
coach_question_count          integer
coach_statement_count         integer
question_to_statement_ratio   numeric(5,3)
open_question_count           integer
closed_question_count         integer
cue_resistance_count          integer
cue_commitment_count          integer
cue_breakthrough_count        integer
cue_concern_count             integer
cue_deflection_count          integer
client_sentiment_score        numeric(4,3)
coach_sentiment_score         numeric(4,3)
sentiment_variance            numeric(4,3)
engagement_score              numeric(5,2)
response_elaboration_score    numeric(5,2)
computed_at                   timestamp with time zone
model_version                 character varying(50)  not null
"""
MART = "ai_backend.session_analytics"


@pytest.fixture(scope="module")
def catalog(built_database_url: str) -> psycopg.Connection:
    return psycopg.connect(built_database_url, autocommit=True)


def specified() -> list[tuple[str, str, bool]]:
    lines = [line.split(maxsplit=1) for line in SPECIFIED.strip().splitlines()]
    return [(name, rest.removesuffix("not null").strip(), rest.endswith("not null")) for name, rest in lines]


def test_columns__have_the_specified_order_type_and_nullability(catalog: psycopg.Connection) -> None:
    found = catalog.execute(
        "select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
        [MART],
    ).fetchall()
    expected = specified()
    assert [row[:2] for row in found[: len(expected)]] == [row[:2] for row in expected]
    # A column may be stricter than specified, not laxer.
    nullable = {name for name, _, is_not_null in found if not is_not_null}
    assert {name for name, _, must in expected if must} & nullable == set()
    averages = [name for name, kind, must in expected if kind.startswith("numeric") and not must]
    assert set(averages) <= nullable, "unknown values are null"


def test_keys__are_as_specified_and_cascade_with_the_job(catalog: psycopg.Connection) -> None:
    rows = catalog.execute(
        "select pg_get_constraintdef(oid) from pg_constraint "
        "where conrelid = %s::regclass and contype <> 'n'",
        [MART],
    ).fetchall()
    assert {definition for (definition,) in rows} == {
        "PRIMARY KEY (id)",
        "UNIQUE (job_id)",
        "FOREIGN KEY (job_id) REFERENCES ai_backend.transcription_jobs(id) ON DELETE CASCADE",
    }


@pytest.mark.parametrize("column", ["client_id", "coach_id", "session_date", "job_id"])
def test_indexes__exist_on_the_specified_columns(catalog: psycopg.Connection, column: str) -> None:
    row = catalog.execute(
        "select count(*) from pg_index as i inner join pg_attribute as a "
        "on a.attrelid = i.indrelid and a.attnum = i.indkey[0] "
        "where i.indrelid = %s::regclass and a.attname = %s",
        [MART, column],
    ).fetchone()
    assert row is not None
    assert row[0] >= 1


def test_columns__have_comments(catalog: psycopg.Connection) -> None:
    rows = catalog.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 "
        "and not attisdropped and col_description(attrelid, attnum) is null",
        [MART],
    ).fetchall()
    assert rows == []
