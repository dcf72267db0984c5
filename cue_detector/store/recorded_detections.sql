select job_id, coach_id, count(*)
from cue_detection.session_detections
where job_id = any(%(jobs)s) and coach_id = any(%(coaches)s) and detection_id <> all(%(own)s)
group by job_id, coach_id
