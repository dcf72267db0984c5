update analytics_api.compute_progress as progress set status = 'succeeded', finished_at = now()
from operations.request_attempts as attempted
where
    progress.coach_id = attempted.coach_id
    and progress.task_id = attempted.task_id
    and attempted.run_id = %(run_id)s
    and progress.status = 'running'
    and (%(client_ids)s::uuid[] is null or progress.client_id = any(%(client_ids)s::uuid[]))
