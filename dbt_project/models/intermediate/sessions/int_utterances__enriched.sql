-- one row per utterance: attributes that do not depend on other utterances
-- calls the function question_kind; depends_on: {{ ref('int_sessions__question_matchers') }}
with utterances as (
    select * from {{ ref('stg_ai_backend__utterances') }}
),

intents as (
    select * from {{ ref('question_intents') }}
),

labels as (
    select * from {{ ref('sentiment_labels') }}
),

scored as (
    select * from {{ ref('stg_cue_detection__utterance_sentiment') }}
),

labelled as (
    select
        utterances.*,
        {{ sentiment_score_of_label('utterances.sentiment_label', 'labels.sentiment_score') }} as label_score
    from utterances
    left join labels on utterances.sentiment_label = labels.sentiment_label
),

final as (
    select
        labelled.utterance_id,
        labelled.transcript_id,
        labelled.sequence_number,
        labelled.role,
        labelled.speaker,
        labelled.speaker_confidence,
        labelled.start_ms,
        labelled.end_ms,
        labelled.reported_end_seconds,
        labelled.has_invalid_timestamps,
        labelled.content_hash,
        case when labelled.role = 'client' then {{ word_count('labelled.text') }} end as word_count,
        case
            when labelled.role = 'coach' and labelled.text ~ '\S'
                then coalesce(
                    -- not a join: most utterances have no intent
                    case
                        when labelled.intent is not null
                            then (
                                select intents.question_kind
                                from intents
                                where intents.intent = labelled.intent
                            )
                    end,
                    {{ question_kind('labelled.text') }}
                )
        end as question_kind,
        labelled.label_score is not null as has_upstream_label,
        coalesce(labelled.label_score, scored.sentiment_score) as sentiment_score
    from labelled
    left join scored on labelled.utterance_id = scored.utterance_id and labelled.label_score is null
)

select * from final
