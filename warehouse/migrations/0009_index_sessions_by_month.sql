-- How many sessions a coach had this month is counted from an index of its own. A new database gets it with the mart;
-- one whose mart is there already gets it here, since the mart is never made anew.
do $$
begin
    if to_regclass('ai_backend.session_analytics') is not null then
        create index if not exists session_analytics_coach_month
        on ai_backend.session_analytics (coach_id, session_date);
    end if;
end
$$;
