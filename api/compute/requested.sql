-- one row: the client's newest task, queued or just started; body is null if the client is not the coach's
with task as (
    select compute_tasks.task_id
    from ai_backend.active_clients
    inner join analytics_api.compute_tasks
        on
            active_clients.coach_id = compute_tasks.coach_id
            and active_clients.client_id = compute_tasks.client_id
    where
        active_clients.coach_id = %(coach_id)s
        and active_clients.client_id = %(client_id)s
        and compute_tasks.coach_id = %(coach_id)s
    order by compute_tasks.requested_at desc
    limit 1
),

final as (
    select
        %(client_id)s::uuid as client_id,
        null::uuid as job_id,
        (
            select json_build_object('task_id', task.task_id, 'message', 'The client will be recomputed.')
            from task
        ) as body
)

select client_id, job_id, body from final
