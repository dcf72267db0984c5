update analytics_api.compute_progress set status = 'failed', finished_at = now(), reason = %(reason)s
where coach_id = %(coach_id)s and task_id = %(task_id)s and status = 'running'
