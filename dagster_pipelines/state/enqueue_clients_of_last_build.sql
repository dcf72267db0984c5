insert into operations.clients_to_refresh (coach_id, client_id)
select distinct coach_id, client_id from analytics_intermediate.int_sessions__pending
where not is_removed
on conflict (coach_id, client_id) do update set noted_at = now()
