-- A retried step of the same run is not another attempt
insert into operations.request_attempts as attempted (task_id, coach_id, attempts, run_id)
values (%(task_id)s, %(coach_id)s, 1, %(run_id)s)
on conflict (coach_id, task_id) do update set
    attempts = attempted.attempts + (attempted.run_id <> excluded.run_id)::integer,
    run_id = excluded.run_id
