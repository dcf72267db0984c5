-- without a filter on coach_id, because a session may have moved to another coach
delete from cue_detection.utterance_cues
where job_id = any(%(jobs)s)
