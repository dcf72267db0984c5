with used as (
    insert into cue_detection.llm_answer_uses (content_key, job_id, coach_id, client_id)
    select content_key, %(job_id)s, %(coach_id)s, %(client_id)s
    from cue_detection.llm_answers
    where content_key = any(%(keys)s)
    on conflict do nothing
)
select content_key, cues from cue_detection.llm_answers where content_key = any(%(keys)s)
