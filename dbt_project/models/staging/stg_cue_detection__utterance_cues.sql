-- one row per utterance and cue type
with source as (
    select * from {{ source('cue_detection', 'utterance_cues') }}
),

final as (
    select
        utterance_id,
        cue_type,
        job_id,
        coach_id,
        client_id,
        detection_id,
        confidence,
        text_excerpt,
        preceding_context,
        interpretation,
        timestamp_seconds,
        detector,
        detector_version,
        prompt_version,
        created_at
    from source
)

select * from final
