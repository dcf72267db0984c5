delete from operations.clients_to_refresh
where
    noted_at <= %(until)s
    and (%(client_ids)s::uuid[] is null or client_id = any(%(client_ids)s::uuid[]))
