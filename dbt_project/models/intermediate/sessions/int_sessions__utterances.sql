-- one row per utterance of each session on the worklist, in order, with what it adds to each metric; no words
{{ config(materialized='working_table', unlogged=true, post_hook="analyze {{ this }}") }}

with worklist as (
    select * from {{ ref('int_sessions__worklist') }}
    where not is_gone
),

-- One session at a time: its windows are small, and Postgres spreads the sessions over parallel workers.
final as (
    select
        worklist.job_id,
        worklist.coach_id,
        worklist.client_id,
        utterances.*
    from worklist
    cross join lateral (
        select
            ordered.utterance_id,
            ordered.role,
            ordered.speaker,
            ordered.speaker_confidence,
            ordered.word_count,
            ordered.has_invalid_timestamps,
            ordered.content_hash,
            ordered.reported_end_seconds,
            ordered.end_seconds - ordered.start_seconds as duration_seconds,
            -- speech time that nobody, or nobody of the same role, has covered before
            greatest(ordered.end_seconds - greatest(ordered.start_seconds, ordered.covered_until), 0)
                as new_speech_seconds,
            case ordered.role
                when 'coach'
                    then greatest(
                        ordered.end_seconds - greatest(ordered.start_seconds, ordered.coach_covered_until), 0
                    )
                when 'client'
                    then greatest(
                        ordered.end_seconds - greatest(ordered.start_seconds, ordered.client_covered_until), 0
                    )
            end as new_role_speech_seconds,
            ordered.previous_end_seconds is not null and ordered.is_switch as is_speaker_switch,
            ordered.is_switch and coalesce(ordered.start_seconds < ordered.previous_end_seconds, false)
                as is_interruption,
            case
                when ordered.previous_role <> ordered.role and 'other' not in (ordered.role, ordered.previous_role)
                    then greatest(ordered.start_seconds - ordered.previous_end_seconds, 0)
            end as response_latency_seconds,
            -- how long the same speaker has held the floor, up to the end of this utterance
            ordered.end_seconds
            - max(ordered.start_seconds) filter (where ordered.is_switch) over (
                order by ordered.start_seconds, ordered.sequence_number, ordered.utterance_id
            ) as monologue_seconds
        from (
            select
                spoken.*,
                lag(spoken.role) over in_order as previous_role,
                lag(spoken.end_seconds) over in_order as previous_end_seconds,
                (
                    lag(spoken.utterance_id) over in_order is null
                    or lag(spoken.speaker) over in_order is distinct from spoken.speaker
                ) as is_switch,
                max(spoken.end_seconds) over before as covered_until,
                max(spoken.end_seconds) filter (where spoken.role = 'coach') over before as coach_covered_until,
                max(spoken.end_seconds) filter (where spoken.role = 'client') over before as client_covered_until
            from (
                select
                    utterance_id,
                    sequence_number,
                    role,
                    speaker,
                    speaker_confidence,
                    start_seconds,
                    end_seconds,
                    reported_end_seconds,
                    has_invalid_timestamps,
                    content_hash,
                    {{ word_count('text') }} as word_count
                from {{ ref('stg_ai_backend__utterances') }}
                where transcript_id = worklist.transcript_id
                offset 0 -- keeps the words out of the sort below
            ) as spoken
            window
                in_order as (order by spoken.start_seconds, spoken.sequence_number, spoken.utterance_id),
                before as (
                    order by spoken.start_seconds, spoken.sequence_number, spoken.utterance_id
                    rows between unbounded preceding and 1 preceding
                )
        ) as ordered
    ) as utterances
)

select * from final
