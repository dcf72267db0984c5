select
    sessions.job_id, sessions.coach_id, sessions.client_id, sessions.transcript_id,
    sessions.source_revision, sessions.content_hash, sessions.previous_detection_count
from analytics_intermediate.int_cues__pending_sessions as sessions
where sessions.previous_detection_count = (
    select count(*) from cue_detection.session_detections as detections
    where detections.job_id = sessions.job_id and detections.coach_id = sessions.coach_id
)
and (%(after)s::uuid is null or sessions.job_id > %(after)s)
order by sessions.job_id
limit %(size)s
