select client_id, max(noted_at) from operations.clients_to_refresh group by client_id order by client_id
