-- A run for a few sessions asks which ones were not read for cues as they should be, without looking at all of them.
-- A new database gets the mart's index with the mart; one whose mart is there already gets it here.
create index session_detections_to_repeat on cue_detection.session_detections (job_id) where status <> 'succeeded';

do $$
begin
    if to_regclass('ai_backend.session_analytics') is not null then
        create index if not exists session_analytics_cue_detection on ai_backend.session_analytics (cue_detection_id);
    end if;
end
$$;
