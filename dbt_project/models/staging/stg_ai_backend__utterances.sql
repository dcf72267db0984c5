-- one row per utterance
with source as (
    select * from {{ source('ai_backend', 'utterances') }}
),

labelled as (
    select
        *,
        nullif(lower(trim(speaker_label)), '') as speaker
    from source
),

final as (
    select
        id as utterance_id,
        transcript_id,
        sequence_number,
        speaker,
        case when speaker in ('coach', 'client') then speaker else 'other' end as role,
        speaker_confidence,
        text,
        start_time as start_seconds,
        -- an utterance that ends before it starts has length 0
        greatest(end_time, start_time) as end_seconds,
        end_time as reported_end_seconds,
        coalesce(end_time < start_time or start_time < 0, true) as has_invalid_timestamps,
        nullif(lower(trim(intent)), '') as intent,
        nullif(lower(trim(sentiment)), '') as sentiment_label
    from labelled
)

select * from final
