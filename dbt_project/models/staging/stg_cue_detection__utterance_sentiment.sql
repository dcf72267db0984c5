-- one row per utterance scored by the local sentiment scorer
with source as (
    select * from {{ source('cue_detection', 'utterance_sentiment') }}
),

final as (
    select
        utterance_id,
        job_id,
        coach_id,
        client_id,
        detection_id,
        sentiment_score,
        source as sentiment_source,
        scorer_version
    from source
)

select * from final
