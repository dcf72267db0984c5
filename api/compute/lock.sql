-- one at a time per pair, so that two requests at once become one task
select pg_advisory_xact_lock(hashtextextended(%(coach_id)s::text || %(client_id)s::text, 0))
