select pg_advisory_xact_lock(hashtextextended(job_id::text, 0))
from unnest(%(jobs)s::uuid[]) as job_id
