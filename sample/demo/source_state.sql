-- changes with the database, its marts and its source rows
select
    current_database(),
    (select max(oid) from pg_class where relname = 'session_analytics') as session_analytics_oid,
    count(*) as job_count,
    max(updated_at) as last_updated_at
from ai_backend.transcription_jobs
