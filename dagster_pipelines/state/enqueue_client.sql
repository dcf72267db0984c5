insert into operations.clients_to_refresh (coach_id, client_id)
values (%s, %s)
on conflict (coach_id, client_id) do update set noted_at = now()
