-- Standard names for columns, functions and the session snapshot of the dbt models. A new database has none of them yet.
do $$
declare
    renamed record;
begin
    for renamed in
        select c.attrelid::regclass as relation, r.old_name, r.new_name
        from (values
            ('analytics_seeds.comparison_texts', 'rise_text', 'increase_text'),
            ('analytics_seeds.comparison_texts', 'fall_text', 'decrease_text'),
            ('analytics_seeds.cue_types', 'minimum_confidence', 'min_confidence'),
            ('analytics_seeds.risk_factor_settings', 'fades_with_silence', 'decays_with_inactivity'),
            ('analytics_intermediate.int_cues__pending_sessions', 'past_detection_count', 'previous_detection_count'),
            ('analytics_intermediate.int_sessions__pending', 'is_gone', 'is_removed')
        ) as r (relation, old_name, new_name)
        inner join pg_attribute as c on c.attrelid = to_regclass(r.relation) and c.attname = r.old_name
    loop
        execute format('alter table %s rename column %I to %I', renamed.relation, renamed.old_name, renamed.new_name);
    end loop;

    -- Only the owner reads and writes it, since it is no mart any more.
    if to_regclass('analytics_intermediate.int_clients__session_snapshot') is not null then
        drop policy if exists own_coach on analytics_intermediate.int_clients__session_snapshot;
        drop policy if exists all_coaches on analytics_intermediate.int_clients__session_snapshot;
        alter table analytics_intermediate.int_clients__session_snapshot disable row level security;
        alter table analytics_intermediate.int_clients__session_snapshot rename to int_operations__session_snapshot;
    end if;
end;
$$;

-- A function cannot be replaced by one whose parameters have other names. The next run creates these functions and the
-- views on them again.
drop aggregate if exists analytics_intermediate.active_alert_window (date, date) cascade;
drop function if exists analytics_intermediate.next_active_alert_window (date[], date, date) cascade;
drop function if exists analytics_intermediate.transcript_metrics (uuid) cascade;
drop function if exists analytics_intermediate.question_kind (text) cascade;
