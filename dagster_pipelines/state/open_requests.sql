select requests.task_id, requests.coach_id, requests.client_id, coalesce(attempted.attempts, 0), attempted.run_id
from analytics_api.compute_requests as requests
left join analytics_api.compute_progress as progress
    on requests.coach_id = progress.coach_id and requests.task_id = progress.task_id
left join operations.request_attempts as attempted
    on requests.coach_id = attempted.coach_id and requests.task_id = attempted.task_id
where progress.status is null or progress.status = 'running'
order by requests.requested_at, requests.task_id
