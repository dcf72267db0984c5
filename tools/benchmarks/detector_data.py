"""Sessions for the detector benchmark: dialogues and copies of them with different texts."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from sample import DEFAULT_LAST_DATE, DEFAULT_SEED, DEFAULT_SIZE
from sample.load_sample import load_sample
from tools.benchmarks.database import dbt
from tools.evaluation import annomi
from warehouse.ephemeral import temporary_database
from warehouse.load import load_directory

# Each copy gets its own word in every sentence; short utterances stay unchanged.
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
    """Yield the owner's URL of a temporary database without built models, and the name of its data set."""
    with temporary_database("bench_cues") as url:
        if annomi.is_available():
            name = "AnnoMI dialogues"
            load_directory(annomi.data_directory())
        else:
            name = "sample data set"
            load_sample(DEFAULT_SEED, DEFAULT_SIZE, DEFAULT_LAST_DATE)
        with psycopg.connect(url) as database:
            database.execute("create table public.originals as select id from ai_backend.transcription_jobs")
        yield url, name


def copy_sessions(url: str, first: int, last: int) -> None:
    """Add the copies with these numbers and build the detector's input."""
    if last >= first:
        with psycopg.connect(url) as database, psycopg.ClientCursor(database) as cursor:
            cursor.execute(_COPIES.encode(), {"first": first, "last": last})
    dbt("build", "--select", "+int_cues__detector_input", "--exclude-resource-type", "test", "unit_test")


def delete_detections(url: str) -> None:
    """Make every session pending again and empty the LLM response cache."""
    with psycopg.connect(url) as database:
        database.execute("truncate cue_detection.session_detections cascade")
        database.execute("truncate cue_detection.llm_answers, cue_detection.llm_spending cascade")
