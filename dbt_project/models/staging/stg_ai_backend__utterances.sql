-- one row per utterance
with source as (
    select * from {{ source('ai_backend', 'utterances') }}
),

labelled as (
    select
        *,
        lower(trim(speaker_label)) as speaker,
        -- at least 0; a missing start is replaced by the end
        greatest(coalesce(start_time, end_time, 0), 0) as start_seconds
    from source
),

final as (
    select
        id as utterance_id,
        transcript_id,
        sequence_number,
        speaker,
        case speaker when 'coach' then 'coach' when 'client' then 'client' else 'other' end as role,
        speaker_confidence,
        text,
        start_seconds,
        end_time as reported_end_seconds,
        -- integers: exact, and cheaper to compare and to sum
        (1000 * start_seconds)::bigint as start_ms,
        -- an end before the start gives a duration of 0
        (1000 * greatest(end_time, start_seconds))::bigint as end_ms,
        coalesce(end_time < start_time or start_time < 0, true) as has_invalid_timestamps,
        nullif(lower(trim(intent)), '') as intent,
        nullif(lower(trim(sentiment)), '') as sentiment_label,
        -- computed only where it is selected
        hash_record_extended(
            row(
                id, sequence_number, speaker_label, speaker_confidence, start_time, end_time, intent, sentiment,
                text
            ), 0
        ) as content_hash
    from labelled
)

select * from final
