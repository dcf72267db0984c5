"""The statements with which the detector writes its tables; names in %(…)s are keys of the rows."""


def _insert(table: str, columns: str, conflict: str = "") -> str:
    names = columns.split()
    return (
        f"insert into cue_detection.{table} ({', '.join(names)}) "
        f"values ({', '.join(f'%({name})s' for name in names)}) {conflict}"
    )


LOCK = "select pg_advisory_xact_lock(hashtextextended(%(job_id)s::text, 0))"
GUARD = """
    select count(*)
    from cue_detection.session_detections
    where job_id = %(job_id)s and coach_id = %(coach_id)s and detection_id <> %(detection_id)s
"""
DETECTION = _insert(
    "session_detections",
    """
    detection_id job_id coach_id client_id transcript_id source_revision content_hash detector
    detector_version prompt_version redaction_version status fell_back failure error utterances_read
    utterances_cached utterances_stood_in cues_found sentiments_scored requests prompt_tokens
    completion_tokens cost_usd latency_seconds started_at finished_at
    """,
    "on conflict (detection_id) do nothing",
)
FORGET_CUES = "delete from cue_detection.utterance_cues where job_id = %(job_id)s and coach_id = %(coach_id)s"
CUE = _insert(
    "utterance_cues",
    """
    utterance_id cue_type job_id coach_id client_id detection_id confidence text_excerpt preceding_context
    interpretation timestamp_seconds detector detector_version prompt_version created_at
    """,
)
SENTIMENT = _insert(
    "utterance_sentiment",
    "utterance_id job_id coach_id client_id detection_id sentiment_score source scorer_version",
    """
    on conflict (utterance_id) do update set
        detection_id = excluded.detection_id, sentiment_score = excluded.sentiment_score,
        source = excluded.source, scorer_version = excluded.scorer_version
    """,
)
