-- one row per language cue
select null::uuid as job_id, null::uuid as coach_id, null::uuid as client_id, null::uuid as detection_id, null::uuid as utterance_id, null::text as cue_type where false
