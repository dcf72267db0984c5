select count(*)
from analytics_intermediate.int_cues__pending_sessions as sessions
where sessions.previous_detection_count = (
    select count(*) from cue_detection.session_detections as detections
    where detections.job_id = sessions.job_id and detections.coach_id = sessions.coach_id
)
