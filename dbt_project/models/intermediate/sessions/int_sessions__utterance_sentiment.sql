-- one row per utterance: its sentiment, by upstream's label or else by the local scorer
with utterances as (
    select * from {{ ref('stg_ai_backend__utterances') }}
),

labels as (
    select * from {{ ref('sentiment_labels') }}
),

scored as (
    select * from {{ ref('stg_cue_detection__utterance_sentiment') }}
),

labelled as (
    select
        utterances.utterance_id,
        utterances.transcript_id,
        utterances.role,
        {{ sentiment_of_label('utterances.sentiment_label', 'labels.sentiment_score') }} as label_score
    from utterances
    left join labels on utterances.sentiment_label = labels.sentiment_label
),

final as (
    select
        labelled.utterance_id,
        labelled.transcript_id,
        labelled.role,
        labelled.label_score is not null as has_upstream_label,
        coalesce(labelled.label_score, scored.sentiment_score) as sentiment_score
    from labelled
    left join scored on labelled.utterance_id = scored.utterance_id and labelled.label_score is null
)

select * from final
