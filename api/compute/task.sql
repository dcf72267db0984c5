-- one row: a task and its status; body is null if it is not the coach's
with task as (
    select
        task_id,
        client_id,
        status,
        requested_at,
        started_at,
        finished_at,
        reason
    from analytics_api.compute_tasks
    where coach_id = %(coach_id)s and task_id = %(task_id)s
),

final as (
    select
        (select task.client_id from task) as client_id,
        null::uuid as job_id,
        (select row_to_json(task) from task) as body
)

select client_id, job_id, body from final
