"""The session metrics, without questions and sentiment, in DuckDB and in a Python loop, for comparison.

Both must reproduce the speaker switches and seconds of speech of the mart; otherwise the program exits.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import duckdb
import psycopg

ROWS = """
select transcript_id, lower(trim(speaker_label)) as speaker, start_time, end_time, sequence_number, text
from ai_backend.utterances
"""
MART = """
select sum(speaker_switch_count), sum(total_duration_seconds - silence_time_seconds)
from ai_backend.session_analytics
"""
IN_DUCKDB = """
with ordered as (
    select
        *,
        coalesce(lag(speaker) over in_order <> speaker, false) as is_switch,
        lag(speaker) over in_order as previous_speaker,
        lag(end_time) over in_order as previous_end,
        max(end_time) over before as covered,
        max(end_time) filter (where speaker = 'coach') over before as coach_covered,
        max(end_time) filter (where speaker = 'client') over before as client_covered,
        array_length(string_split(text, ' ')) as words
    from utterances
    window
        in_order as (partition by transcript_id order by start_time, sequence_number),
        before as (
            partition by transcript_id order by start_time, sequence_number
            rows between unbounded preceding and 1 preceding
        )
),
runs as (
    select
        *,
        max(start_time) filter (where is_switch or previous_end is null) over (
            partition by transcript_id order by start_time, sequence_number rows unbounded preceding
        ) as run_start,
        greatest(end_time - greatest(start_time, covered), 0) as speech
    from ordered
),
sessions as (
    select
        transcript_id, max(end_time) as duration, sum(speech) as speech,
        sum(greatest(end_time - greatest(start_time, coach_covered), 0))
        filter (where speaker = 'coach') as coach,
        sum(greatest(end_time - greatest(start_time, client_covered), 0))
        filter (where speaker = 'client') as client,
        count(*) filter (where is_switch) as switches,
        count(*) filter (where is_switch and start_time < previous_end) as interruptions,
        max(end_time - run_start) filter (where speaker = 'coach') as coach_monologue,
        max(end_time - run_start) filter (where speaker = 'client') as client_monologue,
        median(greatest(start_time - previous_end, 0)) filter (
            where speaker = 'client' and previous_speaker = 'coach'
        ) as client_wait,
        median(greatest(start_time - previous_end, 0)) filter (
            where speaker = 'coach' and previous_speaker = 'client'
        ) as coach_wait,
        avg(words) filter (where speaker = 'client') as words
    from runs group by transcript_id
)
select
    sum(switches), sum(speech), count(duration), sum(coach), sum(client), sum(interruptions),
    max(coach_monologue), max(client_monologue), sum(client_wait), sum(coach_wait), sum(words)
from sessions
"""
Utterance = tuple[object, str, float, float, int, str]


def duckdb_seconds(url: str, rounds: int) -> float:
    """Median time of DuckDB on a Parquet file of the utterances, with all cores."""
    expected = _mart(url)
    with tempfile.TemporaryDirectory() as directory, duckdb.connect() as engine:
        rows = Path(directory, "rows.csv")
        with (
            psycopg.connect(url) as database,
            rows.open("wb") as file,
            database.cursor().copy(f"copy ({ROWS}) to stdout (format csv, header)".encode()) as copy,
        ):
            file.writelines(copy)
        engine.execute(f"copy (from read_csv('{rows}')) to '{directory}/rows.parquet'")
        rows.unlink()
        engine.execute(f"create view utterances as from '{directory}/rows.parquet'")
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            row = engine.execute(IN_DUCKDB).fetchone()
            times.append(time.perf_counter() - started)
    _compare("DuckDB", row, expected)
    return statistics.median(times)


def python_seconds(url: str) -> float:
    """Time of a single-process loop including the ordered read, measured once because it is slow."""
    started = time.perf_counter()
    switches, speech = 0, 0.0
    with psycopg.connect(url) as database, database.cursor("rows") as cursor:
        cursor.itersize = 10_000
        cursor.execute(
            f"select transcript_id, speaker, start_time::float, end_time::float, sequence_number, text "
            f"from ({ROWS}) as rows order by transcript_id, start_time, sequence_number".encode()
        )
        for metrics in _sessions(cursor):
            switches += int(metrics["switches"])
            speech += metrics["speech"]
    seconds = time.perf_counter() - started
    _compare("Python", (switches, speech), _mart(url))
    return seconds


def _sessions(rows: Iterable[Utterance]) -> Iterator[dict[str, float]]:
    for _, utterances in groupby(rows, key=lambda row: row[0]):
        yield _metrics(utterances)


def _metrics(utterances: Iterable[Utterance]) -> dict[str, float]:
    covered = {"all": 0.0, "coach": 0.0, "client": 0.0}
    talk_seconds = dict.fromkeys(covered, 0.0)
    longest = {"coach": 0.0, "client": 0.0}
    waits: dict[str, list[float]] = {"coach": [], "client": []}
    switches = interruptions = words = client_turns = 0
    previous, previous_end, run_start = None, 0.0, 0.0
    for _, speaker, start, end, _, text in utterances:
        for role in ("all", speaker) if speaker in longest else ("all",):
            talk_seconds[role] += max(end - max(start, covered[role]), 0.0)
            covered[role] = max(end, covered[role])
        if speaker != previous:
            run_start = start
            if previous is not None:
                switches += 1
                interruptions += start < previous_end
                if speaker in waits and previous in waits:
                    waits[speaker].append(max(start - previous_end, 0.0))
        if speaker in longest:
            longest[speaker] = max(longest[speaker], end - run_start)
        if speaker == "client":
            client_turns += 1
            words += len(text.split())
        previous, previous_end = speaker, end
    medians = {f"{role}_wait": statistics.median(values) for role, values in waits.items() if values}
    return {
        "switches": switches,
        "speech": talk_seconds["all"],
        "interruptions": interruptions,
        "coach": talk_seconds["coach"],
        "client": talk_seconds["client"],
        "words": words / max(client_turns, 1),
    } | medians


def _mart(url: str) -> tuple[float, float]:
    with psycopg.connect(url) as database:
        switches, speech = database.execute(MART.encode()).fetchone() or (0, 0)
    return float(switches), float(speech)


def _compare(engine: str, row: Iterable[object] | None, expected: tuple[float, float]) -> None:
    switches, speech, *_ = (float(str(value)) for value in row or (0, 0))
    if switches != expected[0] or abs(speech - expected[1]) > 1:
        sys.exit(f"bench: {engine} computed {switches:.0f} switches and {speech:.0f} s, expected {expected}")
