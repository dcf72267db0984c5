"""Talk time, silence, interruptions, monologues and latencies equal a brute-force reference."""

from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.models import CompiledModels
from tests.support.reference_session import reference_metrics
from tests.support.rows import Said, add_session

TABLES = [
    "int_sessions__pending",
    "int_sessions__metrics",
    "int_sessions__sentiment",
]
SPEAKERS = st.sampled_from(["coach", "client", " Coach ", "CLIENT", "speaker_2", "", None])


@st.composite
def utterance(draw: st.DrawFn) -> Said:
    """On a grid of half a second: empty, nested, adjacent, overlapping, some ending before the start."""
    start = draw(st.integers(0, 40)) / 2
    length = draw(st.integers(-2, 16)) / 2
    return Said(draw(SPEAKERS), start, start + length)


@pytest.fixture(scope="module")
def models(built_database_url: str) -> CompiledModels:
    return CompiledModels(built_database_url)


@pytest.fixture(scope="module")
def database(built_database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(built_database_url) as connection:
        yield connection


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(sessions=st.lists(st.lists(utterance(), min_size=1, max_size=14), min_size=1, max_size=4))
def test_session_metrics__equal_the_brute_force_reference(
    models: CompiledModels, database: psycopg.Connection, sessions: list[list[Said]]
) -> None:
    by_job = {add_session(database, said): said for said in sessions}
    models.refresh(database, TABLES)
    rows = models.rows(database, "session_analytics")
    database.rollback()

    assert {row["job_id"] for row in rows} == set(by_job)
    for row in rows:
        for metric, expected in reference_metrics(by_job[row["job_id"]]).items():
            if expected is None:
                assert row[metric] is None, metric
            else:
                assert row[metric] is not None, metric
                assert abs(Decimal(row[metric]) - Decimal(str(expected))) <= Decimal("0.0051"), metric


def test_session_metrics__of_a_small_conversation(
    models: CompiledModels, database: psycopg.Connection
) -> None:
    """Model and reference equal values calculated by hand."""
    said = [
        Said("coach", 0, 4),
        Said("coach", 2, 3),
        Said("client", 3, 10),
        Said("client", 12, 13),
        Said("coach", 15, 20),
    ]
    add_session(database, said)
    models.refresh(database, TABLES)
    (row,) = models.rows(database, "session_analytics")
    database.rollback()
    by_hand = {
        "total_duration_seconds": 20,
        "coach_talk_time_seconds": 9,
        "client_talk_time_seconds": 8,
        "silence_time_seconds": 4,
        "interruption_count": 0,
        "speaker_switch_count": 2,
        "longest_monologue_coach_seconds": 5,
        "longest_monologue_client_seconds": 10,
        "client_response_latency_mean_seconds": 0,
        "coach_response_latency_mean_seconds": 2,
    }
    assert {metric: float(row[metric]) for metric in by_hand} == by_hand
    assert {metric: float(reference_metrics(said)[metric]) for metric in by_hand} == by_hand
