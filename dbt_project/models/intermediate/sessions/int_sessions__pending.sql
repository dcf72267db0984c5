-- one row per session whose analytics are missing, outdated or to be removed
{{ config(
    materialized='scratch_table', unlogged=true,
    storage_parameters={'parallel_workers': 2}
) }}

with spine as (
    {{ selected_sessions(ref('int_sessions__spine')) }}
),

detections as (
    {{ selected_sessions(ref('int_cues__latest_detections')) }}
),

-- a full scan of the utterances, therefore only with verify_content
contents as (
    select * from {{ ref('int_sessions__content_hashes') }}
    where {{ var('verify_content') }}
),

quarantined as (
    select * from {{ ref('stg_operations__quarantined_sessions') }}
    where is_quarantined
),

recorded as not materialized (
    {{ self_snapshot('session_analytics', {
        'job_id': 'uuid', 'source_revision': 'text', 'cue_detection_id': 'uuid',
        'content_hash': 'bigint', 'model_version': 'text'
    }) }}
),

computed as (
    {{ selected_sessions('recorded') }}
),

final as (
    select
        coalesce(spine.job_id, computed.job_id) as job_id,
        spine.coach_id,
        spine.client_id,
        spine.session_date,
        spine.completed_at,
        spine.transcript_id,
        spine.transcript_confidence,
        spine.source_revision,
        detections.detection_id as cue_detection_id,
        detections.status as cue_detection_status,
        spine.job_id is null as is_removed
    from spine
    left join detections on spine.job_id = detections.job_id and spine.coach_id = detections.coach_id
    left join contents on spine.transcript_id = contents.transcript_id
    left join quarantined
        on
            spine.job_id = quarantined.job_id
            and spine.coach_id = quarantined.coach_id
            and spine.source_revision = quarantined.source_revision
    full join computed on spine.job_id = computed.job_id
    where
        quarantined.job_id is null
        and (
            spine.job_id is null
            or computed.job_id is null
            or spine.source_revision <> computed.source_revision
            or detections.detection_id is distinct from computed.cue_detection_id
            or computed.model_version <> '{{ var("session_model_version") }}'
            or {{ var('rebuild') }}
            or ({{ var('verify_content') }} and contents.content_hash is distinct from computed.content_hash)
        )
)

select * from final
