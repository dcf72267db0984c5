-- one row per language cue of a current detection with at least the minimum confidence of its type
with cues as (
    select * from {{ ref('stg_cue_detection__utterance_cues') }}
),

detections as (
    select * from {{ ref('int_cues__latest_detections') }}
),

cue_types as (
    select * from {{ ref('cue_types') }}
),

final as (
    select
        cues.utterance_id,
        cues.cue_type,
        cues.job_id,
        cues.coach_id,
        cues.client_id,
        cues.detection_id,
        cues.confidence,
        cues.text_excerpt,
        cues.preceding_context,
        cues.interpretation,
        cues.timestamp_seconds,
        cues.detector,
        cues.detector_version,
        cues.prompt_version,
        cues.created_at
    from cues
    inner join detections on cues.detection_id = detections.detection_id and cues.coach_id = detections.coach_id
    inner join cue_types on cues.cue_type = cue_types.cue_type
    where detections.status = 'succeeded' and cues.confidence >= cue_types.min_confidence
)

select * from final
