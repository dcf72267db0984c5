select job_id, utterance_id, role, start_seconds, text, preceding_context, needs_sentiment
from analytics_intermediate.int_cues__detector_input
where job_id = any(%(jobs)s) and coach_id = any(%(coaches)s)
order by job_id, position
