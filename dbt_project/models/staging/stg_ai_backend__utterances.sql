-- one row per utterance
with source as (
    select * from {{ source('ai_backend', 'utterances') }}
),

labelled as (
    select
        *,
        lower(trim(speaker_label)) as speaker,
        -- a recording starts at 0; a missing time falls on the other one
        greatest(coalesce(start_time, end_time, 0), 0) as start_seconds
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
        start_seconds,
        -- an utterance that ends before it starts has length 0
        greatest(end_time, start_seconds) as end_seconds,
        end_time as reported_end_seconds,
        coalesce(end_time < start_time or start_time < 0, true) as has_invalid_timestamps,
        nullif(lower(trim(intent)), '') as intent,
        nullif(lower(trim(sentiment)), '') as sentiment_label,
        -- computed only where it is selected
        hashtextextended(
            -- every column in a place of its own: a word that moves from one to the next is a change
            concat(
                id, '|', sequence_number, '|', coalesce(speaker_label, '|'), '|', speaker_confidence, '|',
                start_time, '|', end_time, '|', intent, '|', sentiment, '|', text
            ), 0
        ) as content_hash
    from labelled
)

select * from final
