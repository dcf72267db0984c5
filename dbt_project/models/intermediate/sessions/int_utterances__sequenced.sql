-- one row per utterance: its contribution to each session metric, in order; times in milliseconds
-- All windows share one order, so that Postgres sorts once.
with with_previous as (
    select
        *,
        lag(speaker) over in_order as previous_speaker,
        lag(end_ms) over in_order as previous_end_ms
    from {{ ref('int_utterances__enriched') }}
    window in_order as (
        partition by transcript_id
        order by start_ms, sequence_number, utterance_id
    )
),

turns as (
    select
        *,
        (previous_end_ms is null or previous_speaker is distinct from speaker) as is_switch
    from with_previous
),

with_coverage as (
    select
        *,
        max(end_ms) over before as covered_until_ms,
        max(end_ms) filter (where role = 'coach') over before as coach_covered_until_ms,
        max(end_ms) filter (where role = 'client') over before as client_covered_until_ms,
        max(start_ms) filter (where is_switch) over before as previous_switch_ms
    from turns
    window before as (
        partition by transcript_id
        order by start_ms, sequence_number, utterance_id
        rows between unbounded preceding and 1 preceding
    )
),

final as (
    select
        utterance_id,
        transcript_id,
        role,
        speaker_confidence,
        word_count,
        question_kind,
        sentiment_score,
        has_upstream_label,
        has_invalid_timestamps,
        content_hash,
        reported_end_seconds,
        end_ms - start_ms as duration_ms,
        -- speech time not covered by earlier utterances of any speaker, or of the same role
        greatest(end_ms - greatest(start_ms, covered_until_ms), 0) as new_speech_ms,
        case role
            when 'coach' then greatest(end_ms - greatest(start_ms, coach_covered_until_ms), 0)
            when 'client' then greatest(end_ms - greatest(start_ms, client_covered_until_ms), 0)
        end as new_role_speech_ms,
        previous_end_ms is not null and is_switch as is_speaker_switch,
        is_switch and coalesce(start_ms < previous_end_ms, false) as is_interruption,
        case
            when role <> 'other' and previous_speaker in ('coach', 'client') and previous_speaker <> role
                then greatest(start_ms - previous_end_ms, 0)
        end as response_latency_ms,
        -- from the start of the current turn to the end of this utterance
        end_ms - case when is_switch then start_ms else previous_switch_ms end as monologue_ms
    from with_coverage
)

select * from final
