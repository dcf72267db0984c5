"""Sessions for the detector's benchmark: real dialogues or the sample, copied so that no two say the same."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE
from sample.load_sample import load_sample
from tools.benchmarks.database import dbt
from tools.evaluation import annomi
from warehouse.ephemeral import temporary_database
from warehouse.load import load_directory

# A copy's sentences get a word of their own; back-channels stay what they are.
_COPIES = """
    create temporary table copies as
    select number, translate(number::text, '0123456789', 'bcdfghjkmn') as word
    from generate_series(%(first)s::integer, %(last)s::integer) as number;

    insert into ai_backend.transcription_jobs
    select (jsonb_populate_record(jobs, jsonb_build_object('id', md5(jobs.id || word)::uuid))).*
    from originals inner join ai_backend.transcription_jobs as jobs on jobs.id = originals.id, copies;

    insert into ai_backend.transcripts
    select (jsonb_populate_record(transcripts, jsonb_build_object(
        'id', md5(transcripts.id || word)::uuid, 'job_id', md5(transcripts.job_id || word)::uuid
    ))).*
    from originals
    inner join ai_backend.transcripts as transcripts on transcripts.job_id = originals.id, copies;

    insert into ai_backend.utterances
    select (jsonb_populate_record(utterances, jsonb_build_object(
        'id', md5(utterances.id || word)::uuid,
        'transcript_id', md5(utterances.transcript_id || word)::uuid,
        'text', case
            when length(utterances.text) < 25 then utterances.text
            else regexp_replace(utterances.text, '([.!?,])', ' ' || word || '\\1', 'g')
        end
    ))).*
    from originals
    inner join ai_backend.transcripts as transcripts on transcripts.job_id = originals.id
    inner join ai_backend.utterances as utterances on utterances.transcript_id = transcripts.id, copies;

    drop table copies;
"""


@contextmanager
def detector_database() -> Iterator[tuple[str, str]]:
    """Yield the owner's address of a database for a time, and which dialogues it holds; nothing is built."""
    with temporary_database("bench_cues") as url:
        if annomi.is_available():
            name = "real dialogues"
            load_directory(annomi.data_directory())
        else:
            name = "sample practice"
            load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        with psycopg.connect(url) as database:
            database.execute("create table public.originals as select id from ai_backend.transcription_jobs")
        yield url, name


def copy_sessions(url: str, first: int, last: int) -> None:
    """Add the copies with these numbers, and list all sessions that were not read yet."""
    if last >= first:
        with psycopg.connect(url) as database, psycopg.ClientCursor(database) as cursor:
            cursor.execute(_COPIES.encode(), {"first": first, "last": last})
    dbt("build", "--select", "+int_cues__detector_input", "--exclude-resource-type", "test", "unit_test")


def forget_readings(url: str) -> None:
    """Make every session pending again, and every answer unknown."""
    with psycopg.connect(url) as database:
        database.execute("truncate cue_detection.session_detections cascade")
        database.execute("truncate cue_detection.llm_answers, cue_detection.llm_spending cascade")
