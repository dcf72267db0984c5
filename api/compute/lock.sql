-- serializes requests per coach-client pair, so that concurrent requests become one task
select pg_advisory_xact_lock(hashtextextended(%(coach_id)s::text || %(client_id)s::text, 0))
