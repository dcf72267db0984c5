-- one row per session that was read for cues: the detection that answers for its transcript as it is now
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
    -- an answer stands until the next one, also when reading the session again failed
    order by
        detections.coach_id asc,
        detections.job_id asc,
        (detections.status = 'succeeded') desc,
        detections.finished_at desc,
        detections.detection_id asc
)

select * from final
