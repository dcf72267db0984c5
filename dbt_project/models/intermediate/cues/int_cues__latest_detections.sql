-- one row per session with a detection for its current revision: the latest succeeded one, else the latest one
with spine as (
    select * from {{ ref('int_sessions__spine') }}
),

detections as (
    select * from {{ ref('stg_cue_detection__session_detections') }}
),

final as (
    select distinct on (detections.coach_id, detections.job_id)
        detections.job_id,
        detections.coach_id,
        detections.client_id,
        detections.detection_id,
        detections.status
    from detections
    inner join spine
        on
            detections.job_id = spine.job_id
            and detections.coach_id = spine.coach_id
            and detections.source_revision = spine.source_revision
    -- a failed detection does not replace a succeeded one
    order by
        detections.coach_id asc,
        detections.job_id asc,
        (detections.status = 'succeeded') desc,
        detections.finished_at desc,
        detections.detection_id asc
)

select * from final
