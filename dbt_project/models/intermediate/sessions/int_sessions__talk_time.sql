-- one row per pending session with utterances: talk time of coach and client
with metrics as (
    select * from {{ ref('int_sessions__metrics') }}
),

seconds as (
    select
        job_id,
        coach_id,
        client_id,
        greatest(last_end_seconds, 0) as total_duration_seconds,
        speech_seconds,
        coach_talk_time_seconds,
        client_talk_time_seconds
    from metrics
),

final as (
    select
        job_id,
        coach_id,
        client_id,
        total_duration_seconds,
        coach_talk_time_seconds,
        client_talk_time_seconds,
        total_duration_seconds - speech_seconds as silence_time_seconds,
        coalesce(100 * coach_talk_time_seconds / nullif(total_duration_seconds, 0), 0) as coach_talk_percentage,
        coalesce(100 * client_talk_time_seconds / nullif(total_duration_seconds, 0), 0) as client_talk_percentage,
        100 * coach_talk_time_seconds / nullif(coach_talk_time_seconds + client_talk_time_seconds, 0)
            as coach_speech_share,
        100 * client_talk_time_seconds / nullif(coach_talk_time_seconds + client_talk_time_seconds, 0)
            as client_speech_share
    from seconds
)

select * from final
