-- one row per task: a new one, unless a task of the client is already queued
insert into analytics_api.compute_requests (coach_id, client_id, requested_at)
select
    coach_id,
    client_id,
    clock_timestamp()
from ai_backend.active_clients
where
    coach_id = %(coach_id)s
    and client_id = %(client_id)s
    and not exists (
        select 1
        from analytics_api.compute_tasks as queued
        where queued.coach_id = %(coach_id)s and queued.client_id = %(client_id)s and queued.status = 'queued'
    )
