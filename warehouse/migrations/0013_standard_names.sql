-- Standard names for tables, columns and relations of version 0.1.0. Data, ids, dependent views and indexes stay.
alter table operations.broken_sessions rename to quarantined_sessions;
alter table operations.quarantined_sessions rename column is_held to is_quarantined;
alter index operations.broken_sessions_pkey rename to quarantined_sessions_pkey;
alter index operations.idx_broken_sessions_pair rename to idx_quarantined_sessions_pair;

alter table cue_detection.session_detections rename column fell_back to used_fallback;
alter table cue_detection.session_detections rename column utterances_stood_in to fallback_utterance_count;

alter table analytics_api.coach_settings rename column least_alert_severity to min_alert_severity;

-- Relations that dbt built under their old names. A new database has none of them.
alter view if exists analytics_staging.stg_operations__broken_sessions rename to stg_operations__quarantined_sessions;
alter view if exists analytics_intermediate.int_sessions__spoken rename to int_utterances__enriched;
alter view if exists analytics_intermediate.int_sessions__utterances rename to int_utterances__sequenced;
alter view if exists analytics_intermediate.int_sessions__transcript_measures rename to int_transcripts__metrics;
alter table if exists analytics_intermediate.int_sessions__measures rename to int_sessions__metrics;
alter table if exists analytics_intermediate.int_sessions__worklist rename to int_sessions__pending;
alter view if exists analytics_intermediate.int_clients__worklist rename to int_clients__pending;
alter table if exists analytics_intermediate.int_cues__sessions_to_read rename to int_cues__pending_sessions;
alter view if exists analytics_intermediate.int_cues__kept rename to int_cues__accepted;
alter view if exists analytics_intermediate.int_cues__current_detections rename to int_cues__latest_detections;
alter table if exists analytics_intermediate.int_alerts__matches rename to int_alerts__matched_episodes;
alter view if exists analytics_intermediate.int_alerts__resolved_otherwise rename to int_alerts__closed_without_evidence;
alter view if exists analytics_intermediate.int_alerts__risk_increases rename to int_alerts__increase_candidates;
alter view if exists analytics_intermediate.int_alerts__judgements rename to int_alerts__rule_states;
alter table if exists analytics_intermediate.int_risk__inputs rename to int_risk__features;
alter view if exists analytics_intermediate.int_risk__shares rename to int_risk__normalized_weights;
alter view if exists analytics_intermediate.int_risk__neighbours rename to int_risk__adjacent_scores;

alter table if exists analytics_intermediate.int_cues__pending_sessions
rename column previous_detection_count to previous_detection_count;
alter table if exists analytics_intermediate.int_sessions__pending rename column is_gone to is_removed;

-- Functions whose parameters have new names cannot be replaced. The next run creates them, and the views on them, again.
drop aggregate if exists analytics_intermediate.opening_in_force (date, date) cascade;
drop function if exists analytics_intermediate.next_opening_in_force (date[], date, date) cascade;
drop function if exists analytics_intermediate.question_kind (text) cascade;
drop function if exists analytics_intermediate.measures_of_transcript (uuid) cascade;

do $$
declare
    renamed record;
begin
    -- Written and read by the owner only; no longer a mart.
    if to_regclass('ai_backend.counted_sessions') is not null then
        drop policy if exists own_coach on ai_backend.counted_sessions;
        drop policy if exists all_coaches on ai_backend.counted_sessions;
        alter table ai_backend.counted_sessions disable row level security;
        alter table ai_backend.counted_sessions set schema analytics_intermediate;
        alter table analytics_intermediate.counted_sessions rename to int_operations__session_snapshot;
    end if;
    -- dbt refills existing seed tables by column name.
    for renamed in
        select *
        from (
            values
            ('comparison_texts', 'least_change', 'min_change'),
            ('comparison_texts', 'rise_text', 'increase_text'),
            ('comparison_texts', 'fall_text', 'decrease_text'),
            ('cue_types', 'minimum_confidence', 'min_confidence'),
            ('risk_factor_settings', 'fades_with_silence', 'decays_with_inactivity')
        ) as columns (seed, old_name, new_name)
        where exists (
            select from pg_attribute
            where attrelid = to_regclass('analytics_seeds.' || seed) and attname = old_name and not attisdropped
        )
    loop
        execute format(
            'alter table analytics_seeds.%I rename column %I to %I', renamed.seed, renamed.old_name, renamed.new_name
        );
    end loop;
end;
$$;
