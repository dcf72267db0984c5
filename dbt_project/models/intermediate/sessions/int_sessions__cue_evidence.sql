-- one row per session on the worklist: whether its language cues are known
with worklist as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_gone
),

-- sessions in which the client said something
readable as (
    select
        job_id,
        coach_id
    from {{ ref('int_sessions__metrics') }}
    where words_per_client_turn > 0
),

final as (
    select
        worklist.job_id,
        worklist.coach_id,
        worklist.client_id,
        -- with nothing to read, "no cues" is a finding and not a gap
        readable.job_id is null or coalesce(worklist.cue_detection_status = 'succeeded', false)
            as has_cue_evidence,
        readable.job_id is not null and coalesce(worklist.cue_detection_status = 'failed', false)
            as is_detection_failed,
        readable.job_id is not null
        and coalesce(worklist.cue_detection_status not in ('succeeded', 'failed'), true)
            as is_detection_pending
    from worklist
    left join readable on worklist.job_id = readable.job_id and worklist.coach_id = readable.coach_id
)

select * from final
