-- one row per pending session: whether its language cues are known
with pending as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_removed
),

with_client_words as (
    select
        job_id,
        coach_id
    from {{ ref('int_sessions__metrics') }}
    where words_per_client_turn > 0
),

final as (
    select
        pending.job_id,
        pending.coach_id,
        pending.client_id,
        -- without words of the client, zero cues is a known result
        with_client_words.job_id is null or coalesce(pending.cue_detection_status = 'succeeded', false)
            as has_cue_evidence,
        with_client_words.job_id is not null and coalesce(pending.cue_detection_status = 'failed', false)
            as is_detection_failed,
        with_client_words.job_id is not null
        and coalesce(pending.cue_detection_status not in ('succeeded', 'failed'), true)
            as is_detection_pending
    from pending
    left join with_client_words
        on pending.job_id = with_client_words.job_id and pending.coach_id = with_client_words.coach_id
)

select * from final
