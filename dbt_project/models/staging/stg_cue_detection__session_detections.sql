-- one row per session and detection run
with source as (
    select * from {{ source('cue_detection', 'session_detections') }}
),

final as (
    select
        detection_id,
        job_id,
        coach_id,
        client_id,
        transcript_id,
        source_revision,
        detector,
        detector_version,
        prompt_version,
        status,
        used_fallback,
        failure,
        error,
        utterances_read as processed_utterance_count,
        utterances_cached as cached_utterance_count,
        fallback_utterance_count,
        cues_found as cue_count,
        requests as request_count,
        prompt_tokens as prompt_token_count,
        completion_tokens as completion_token_count,
        cost_usd,
        latency_seconds,
        started_at,
        finished_at
    from source
)

select * from final
