select utterance_id, transcript_id, 'none'::text as question_kind from {{ ref('stg_ai_backend__utterances') }} where role = 'coach'
