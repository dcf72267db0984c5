-- one row per coach utterance with text: does it hold an open question, a closed one, or none
-- the rules are in the function question_kind; depends_on: {{ ref('int_sessions__question_matchers') }}
with utterances as (
    select * from {{ ref('stg_ai_backend__utterances') }}
    where role = 'coach' and text ~ '\S'
),

intents as (
    select * from {{ ref('question_intents') }}
),

final as (
    select
        utterances.utterance_id,
        utterances.transcript_id,
        coalesce(
            -- a join would compare each utterance with all intents; most utterances have none
            case
                when utterances.intent is not null
                    then (
                        select intents.question_kind
                        from intents
                        where intents.intent = utterances.intent
                    )
            end,
            {{ question_kind('utterances.text') }}
        ) as question_kind
    from utterances
)

select * from final
