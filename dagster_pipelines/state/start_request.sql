insert into analytics_api.compute_progress (task_id, coach_id, client_id, status)
values (%(task_id)s, %(coach_id)s, %(client_id)s, 'running')
on conflict (coach_id, task_id) do nothing
