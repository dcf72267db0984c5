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

do $$
begin
    if to_regclass('ai_backend.counted_sessions') is not null then
        alter table ai_backend.counted_sessions set schema analytics_intermediate;
        alter table analytics_intermediate.counted_sessions rename to int_clients__session_snapshot;
    end if;
    if to_regprocedure('analytics_intermediate.measures_of_transcript(uuid)') is not null then
        alter function analytics_intermediate.measures_of_transcript(uuid) rename to transcript_metrics;
    end if;
    if to_regprocedure('analytics_intermediate.next_opening_in_force(date[], date, date)') is not null then
        alter function analytics_intermediate.next_opening_in_force(date[], date, date)
        rename to next_active_alert_window;
    end if;
    if to_regprocedure('analytics_intermediate.opening_in_force(date, date)') is not null then
        alter aggregate analytics_intermediate.opening_in_force(date, date) rename to active_alert_window;
    end if;
end;
$$;
