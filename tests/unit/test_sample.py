"""The sample practice: reproducible, consistent, of the right types, and with varied texts."""

import ast
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

import sample
from sample import COACH_IDS, DEFAULT_LAST_DATE, DEMO_COACH_ID, SamplePractice, build, sentences
from sample.scenarios import session_days
from sample.scenarios_demo import SCENARIOS as DEMO_SCENARIOS
from sample.scenarios_other import ORDINARY_PER_SIZE
from warehouse.errors import WarehouseError
from warehouse.tables import SOURCE_TABLES

DIGEST = "5dcd0fbb569894a0df3df101c87345dca0c01d6168fd09aa13a51110e0c544df"
"""Of the default sample. Its ids and rows must not change between versions."""


@pytest.fixture(scope="module")
def practice() -> SamplePractice:
    return build()


def rows(practice: SamplePractice, table: str) -> list[dict[str, Any]]:
    found = practice.tables()[table]
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def digest(practice: SamplePractice) -> str:
    tables = practice.tables()
    return hashlib.sha256(
        repr([(n, t.columns, list(t.rows)) for n, t in tables.items()]).encode()
    ).hexdigest()


def long_texts(practice: SamplePractice) -> Iterator[str]:
    """Texts of at least six words; shorter ones repeat in every session."""
    return (row["text"] for row in rows(practice, "utterances") if len(row["text"].split()) >= 6)


def test_build__is_independent_of_process_time_zone_and_hash_seed(practice: SamplePractice) -> None:
    script = "from tests.unit.test_sample import build, digest; print(digest(build()))"
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    again = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert again.stdout.strip() == digest(practice)


def test_build__gives_the_same_rows_as_earlier_versions(practice: SamplePractice) -> None:
    assert digest(practice) == DIGEST


def test_build__uses_no_clock_and_no_other_random_source() -> None:
    forbidden = {
        "now",
        "today",
        "utcnow",
        "time_ns",
        "monotonic",
        "random",
        "secrets",
        "uuid1",
        "uuid4",
        "urandom",
    }
    for path in Path(sample.__file__).parent.glob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.alias):
                names.add(node.name)
        assert not names & forbidden, path.name


def test_build__shifts_all_dates_with_the_last_date(practice: SamplePractice) -> None:
    earlier = build(last_date=DEFAULT_LAST_DATE - timedelta(days=100))
    for name, table in practice.tables().items():
        for row, moved in zip(table.rows, earlier.tables()[name].rows, strict=True):
            back = tuple(v - timedelta(days=100) if isinstance(v, date) else v for v in row)
            assert back == moved


def test_build__with_another_seed_has_new_clients_of_the_same_coaches(practice: SamplePractice) -> None:
    other = build(seed=2)
    for name in practice.tables():
        if name != "coach_clients":
            assert not {r["id"] for r in rows(practice, name)} & {r["id"] for r in rows(other, name)}
    clients = {client for _, client in practice.pairs.values()}
    assert not clients & {client for _, client in other.pairs.values()}
    assert {coach for coach, _ in other.pairs.values()} == set(COACH_IDS)


def test_build__size_multiplies_ordinary_clients_only(practice: SamplePractice) -> None:
    larger = build(size=3)
    added = set(larger.pairs) - set(practice.pairs)
    assert len(added) == 2 * ORDINARY_PER_SIZE
    assert all(name.startswith("ordinary_") for name in added)
    for name, table in practice.tables().items():
        assert set(table.rows) <= set(larger.tables()[name].rows)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_build__rejects_a_last_date_at_the_limits_of_the_calendar(day: date) -> None:
    with pytest.raises(WarehouseError, match=f"{day} is too close to the limits"):
        build(last_date=day)


def test_build__rejects_a_size_below_one() -> None:
    with pytest.raises(WarehouseError, match="at least 1"):
        build(size=0)


def test_practice__has_the_documented_size(practice: SamplePractice) -> None:
    of_demo_coach = [client for coach, client in practice.pairs.values() if coach == DEMO_COACH_ID]
    completed = [row for row in rows(practice, "transcription_jobs") if row["status"] == "completed"]
    assert len(COACH_IDS) == 3
    assert len(of_demo_coach) == len(DEMO_SCENARIOS) == 14
    assert 150 <= len(completed) <= 270
    assert 8_000 <= len(rows(practice, "utterances")) <= 12_000


def test_practice__has_valid_references_and_unique_keys(practice: SamplePractice) -> None:
    names = list(practice.tables())
    assert names == [table.name for table in SOURCE_TABLES]
    for number, table in enumerate(SOURCE_TABLES):
        found = rows(practice, table.name)
        assert len({tuple(row[column] for column in table.key) for row in found}) == len(found)
        for column, parent in table.parents:
            parent_name = parent.split(".")[1]
            assert names.index(parent_name) < number
            known = {row["id"] for row in rows(practice, parent_name)}
            assert {row[column] for row in found} <= known


def test_practice__jobs_belong_to_rows_of_coach_clients(practice: SamplePractice) -> None:
    pairs = {(row["coach_id"], row["client_id"]) for row in rows(practice, "coach_clients")}
    assert pairs == set(practice.pairs.values())
    assert {(row["coach_id"], row["client_id"]) for row in rows(practice, "transcription_jobs")} <= pairs


def test_practice__shares_one_client_between_two_coaches(practice: SamplePractice) -> None:
    seen = Counter(client for _, client in practice.pairs.values())
    assert [count for count in seen.values() if count > 1] == [2]


def test_practice__is_copied_into_the_source_tables_unchanged(
    practice: SamplePractice, connection: psycopg.Connection
) -> None:
    for table in SOURCE_TABLES:
        found = practice.tables()[table.name]
        columns = ", ".join(found.columns)
        with connection.cursor().copy(f"copy {table.schema}.{table.name} ({columns}) from stdin") as copy:
            for row in found.rows:
                copy.write_row(row)
        stored = connection.execute(f"select {columns} from {table.schema}.{table.name}").fetchall()
        if table.name == "session_summaries":
            assert len(stored) == len(list(found.rows))  # JSON comes back as lists
        else:
            # nothing was rounded, truncated or shifted
            assert set(stored) == set(found.rows)


def test_practice__has_ordered_times_in_seconds_with_three_decimals(practice: SamplePractice) -> None:
    by_transcript: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows(practice, "utterances"):
        by_transcript.setdefault(row["transcript_id"], []).append(row)
        for value in (row["start_time"], row["end_time"]):
            assert isinstance(value, Decimal)
            assert value.as_tuple().exponent == -3
            assert 0 <= value < 3600
    for utterances in by_transcript.values():
        assert [row["sequence_number"] for row in utterances] == list(range(len(utterances)))
        starts = [row["start_time"] for row in utterances]
        assert starts == sorted(starts)


def test_practice__has_only_one_mistyped_date_after_the_last_date(practice: SamplePractice) -> None:
    for row in rows(practice, "transcription_jobs"):
        timestamps = [value for value in row.values() if isinstance(value, datetime)]
        assert all(timestamp.date() <= DEFAULT_LAST_DATE for timestamp in timestamps)
    later = [
        r for r in rows(practice, "transcription_jobs") if (r["session_date"] or date.min) > DEFAULT_LAST_DATE
    ]
    assert [(row["coach_id"], row["client_id"]) for row in later] == [practice.pairs["future_session"]]


def scenario_rows(practice: SamplePractice, scenario: str) -> dict[str, Any]:
    """Jobs, transcripts and utterances of one scenario."""
    pair = practice.pairs[scenario]
    jobs = [r for r in rows(practice, "transcription_jobs") if (r["coach_id"], r["client_id"]) == pair]
    transcripts = [r for r in rows(practice, "transcripts") if r["job_id"] in {job["id"] for job in jobs}]
    ids = {transcript["id"] for transcript in transcripts}
    utterances = [r for r in rows(practice, "utterances") if r["transcript_id"] in ids]
    return {"jobs": jobs, "transcripts": transcripts, "utterances": utterances}


def test_edge_cases__are_in_the_rows_of_their_scenarios(practice: SamplePractice) -> None:
    def labels(scenario: str) -> set[str]:
        return {row["speaker_label"] for row in scenario_rows(practice, scenario)["utterances"]}

    assert labels("unlabelled_speakers") == {"speaker_0", "speaker_1"}
    assert labels("noisy_recordings") >= {" Coach", "CLIENT "}
    assert {row["sentiment"] for row in scenario_rows(practice, "missing_sentiment")["utterances"]} == {None}
    backward = [
        r for r in scenario_rows(practice, "backward_times")["utterances"] if r["end_time"] < r["start_time"]
    ]
    assert len(backward) == 2
    states = [row["status"] for row in scenario_rows(practice, "unfinished_jobs")["jobs"]]
    assert Counter(states) == {"completed": 4, "failed": 1, "processing": 1, "pending": 1}
    undated = [r for r in scenario_rows(practice, "undated_sessions")["jobs"] if r["session_date"] is None]
    assert sorted(row["completed_at"] is None for row in undated) == [False, True]
    one_day = Counter(row["session_date"] for row in scenario_rows(practice, "two_sessions_one_day")["jobs"])
    assert max(one_day.values()) == 2
    assert scenario_rows(practice, "no_session_yet")["jobs"] == []
    inactive = [row for row in rows(practice, "coach_clients") if row["status"] != "active"]
    assert [(row["coach_id"], row["client_id"]) for row in inactive] == [practice.pairs["ended"]]


def test_edge_cases__include_empty_one_sided_short_and_repeated_recordings(practice: SamplePractice) -> None:
    empty = scenario_rows(practice, "no_utterances")
    assert len(empty["jobs"]) - len(empty["transcripts"]) == 1
    assert [row["full_text"] for row in empty["transcripts"] if row["word_count"] == 0] == [""]
    one_sided = scenario_rows(practice, "single_speaker")
    voices = [
        {u["speaker_label"] for u in one_sided["utterances"] if u["transcript_id"] == t["id"]}
        for t in one_sided["transcripts"]
    ]
    assert sorted(voices[-2:], key=str) == [{"client"}, {"coach"}]
    lengths = [row["audio_duration_seconds"] for row in scenario_rows(practice, "short_sessions")["jobs"]]
    assert sum(length < 120 for length in lengths) == 4
    repeated = scenario_rows(practice, "noisy_recordings")
    assert len(repeated["transcripts"]) == len(repeated["jobs"]) + 1
    overlapping = scenario_rows(practice, "overlapping_speech")["utterances"]
    overlaps = sum(b["start_time"] < a["end_time"] for a, b in pairwise(overlapping) if b["sequence_number"])
    assert overlaps > 0.2 * len(overlapping)


def test_texts__rarely_repeat(practice: SamplePractice) -> None:
    texts = list(long_texts(practice))
    assert len(sentences("coach")) >= 350
    assert len(sentences("client")) >= 600
    assert len(set(texts)) >= 0.8 * len(texts)
    assert max(Counter(texts).values()) <= 15


def test_texts__differ_between_sessions(practice: SamplePractice) -> None:
    by_transcript: dict[UUID, set[str]] = {}
    for row in rows(practice, "utterances"):
        if len(row["text"].split()) >= 6:
            by_transcript.setdefault(row["transcript_id"], set()).add(row["text"])
    superseded = {
        row["id"] for row in rows(practice, "transcripts") if row["confidence_score"] == Decimal("0.550")
    }
    sessions = [texts for transcript, texts in by_transcript.items() if transcript not in superseded]
    shared = [
        len(one & other) / min(len(one), len(other))
        for n, one in enumerate(sessions)
        for other in sessions[n + 1 :]
    ]
    assert max(shared) < 0.35


def test_texts__are_complete_sentences_without_unfilled_slots(practice: SamplePractice) -> None:
    weekday = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    for row in rows(practice, "utterances"):
        text = row["text"]
        assert re.fullmatch(r"[A-Z][^{}]*[.!?]", text), text
        assert not re.search(rf"{weekday},? (on|before) {weekday}", text), text
        assert not re.search(r"\b(\w+) \1\b", text), text


def test_personal_details__are_in_the_scenario_that_shows_redaction(practice: SamplePractice) -> None:
    text = " ".join(row["text"] for row in scenario_rows(practice, "steady")["utterances"])
    assert "nora.lindqvist@example.org" in text
    assert "+1 202 555 0143" in text


def test_session_days__rejects_an_interval_that_misses_the_last_day() -> None:
    assert session_days(7, 21, 7) == [21, 14, 7]
    with pytest.raises(ValueError, match="steps"):
        session_days(7, 20, 7)
