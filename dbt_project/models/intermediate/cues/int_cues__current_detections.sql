-- one row per session that was read for cues: the detection that answers for its transcript as it is now
select null::uuid as job_id, null::uuid as coach_id, null::uuid as client_id, null::uuid as detection_id, null::text as status where false
