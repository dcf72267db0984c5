-- The specification's key of client_analytics. A new database gets it with the mart; one whose mart is there already
-- gets it here, in place of the index on the same columns, since the mart is never made anew.
do $$
declare
    replaced regclass;
begin
    if to_regclass('ai_backend.client_analytics') is not null then
        select indexrelid::regclass into replaced
        from pg_index
        where
            indrelid = 'ai_backend.client_analytics'::regclass and not indisunique
            and pg_get_indexdef(indexrelid) like '%(coach_id, client_id, window_type)';
        create unique index if not exists client_analytics_pair_and_window
        on ai_backend.client_analytics (coach_id, client_id, window_type);
        if replaced is not null then
            execute format('drop index %s', replaced);
        end if;
    end if;
end
$$;
