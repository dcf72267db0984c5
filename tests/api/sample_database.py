"""The computed sample practice with synthetic language cues."""

from datetime import date
from typing import Any

import psycopg

from sample import DEFAULT_LAST_DATE, DEFAULT_SEED
from sample.load_sample import load_sample
from tests.support.project import project

AS_OF: date = DEFAULT_LAST_DATE

DETECTIONS = """
insert into cue_detection.session_detections (
    detection_id, job_id, coach_id, client_id, transcript_id, source_revision, detector, detector_version,
    redaction_version, status, utterances_read, started_at, finished_at
)
select
    md5('detection' || job_id)::uuid, job_id, coach_id, client_id, transcript_id, source_revision, 'local',
    'test-1', 'test-1', 'succeeded', 10, '2026-11-22 01:00+00', '2026-11-22 01:00+00'
from analytics_intermediate.int_sessions__spine
where transcript_id is not null
"""
CUES = """
insert into cue_detection.utterance_cues (
    utterance_id, cue_type, job_id, coach_id, client_id, detection_id, confidence, text_excerpt,
    preceding_context, interpretation, timestamp_seconds, detector, detector_version, created_at
)
select
    u.id, cue.cue_type, d.job_id, d.coach_id, d.client_id, d.detection_id, cue.confidence,
    'I ' || cue.cue_type || ' [name]', case when u.sequence_number > 3 then 'And then?' end,
    'The client shows ' || cue.cue_type, u.start_time, 'local', 'test-1', '2026-11-22 01:00+00'
from cue_detection.session_detections as d
inner join ai_backend.utterances as u on u.transcript_id = d.transcript_id
cross join lateral (
    values
    (0, 'resistance', 0.9), (1, 'commitment', 0.85), (2, 'breakthrough', 0.712), (3, 'concern', 0.8),
    (4, 'deflection', 0.75), (5, 'enthusiasm', 0.99), (6, 'doubt', 0.7), (7, 'agreement', 0.77),
    (8, 'goal_setting', 0.8)
) as cue (remainder, cue_type, confidence)
where u.speaker_label = 'client' and u.sequence_number < 30 and u.sequence_number % 9 = cue.remainder
"""


def fill(database_url: str) -> None:
    """Loads the sample practice into a built, empty database; computes it without and then with cues."""
    load_sample(DEFAULT_SEED, 1, AS_OF)
    compute(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(DETECTIONS)
        connection.execute(CUES)
    compute(database_url, f"{AS_OF.replace(day=AS_OF.day - 7)}..{AS_OF}")


def compute(database_url: str, as_of: str = str(AS_OF), **variables: Any) -> None:
    """Runs all models for a date or a date range."""
    project().build(database_url, as_of=as_of, **variables)
