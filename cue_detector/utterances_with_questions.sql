select u.id as utterance_id, u.transcript_id, s.role, s.start_seconds, s.text, q.question_kind as question
from ai_backend.utterances as u
inner join analytics_staging.stg_ai_backend__utterances as s on s.utterance_id = u.id
left join analytics_intermediate.int_utterances__enriched as q on q.utterance_id = u.id
order by u.transcript_id, s.start_seconds, u.sequence_number, u.id
