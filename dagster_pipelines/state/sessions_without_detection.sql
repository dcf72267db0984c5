select job_id from cue_detection.session_detections where status <> 'succeeded'
union
select job_id from ai_backend.session_analytics where cue_detection_id is null
