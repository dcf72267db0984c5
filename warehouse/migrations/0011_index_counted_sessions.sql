-- A run for a few sessions looks up theirs. A new database gets the indexes with the mart; one whose mart is there
-- already gets them here, since the mart is never made anew.
do $$
begin
    if to_regclass('ai_backend.counted_sessions') is not null then
        create unique index if not exists counted_sessions_job on ai_backend.counted_sessions (job_id);
        create index if not exists counted_sessions_client on ai_backend.counted_sessions (client_id);
    end if;
end
$$;
