-- one row per language cue: a client utterance and a cue type
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='job_id',
    full_refresh=false,
    indexes=[
        {'columns': ['session_analytics_id']},
        {'columns': ['cue_type']},
        {'columns': ['utterance_id']},
        {'columns': ['job_id']},
        {'columns': ['coach_id', 'client_id']}
    ],
    grants={'select': ['warehouse_api']},
    post_hook=[
        "{{ delete_removed_cues() }}",
        "{{ enable_row_level_security() }}",
        "{{ grant_select_except('warehouse_analyst', ['text_excerpt', 'preceding_context', 'interpretation']) }}"
    ]
) }}

with pending as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_removed
),

cues as (
    select * from {{ ref('int_cues__accepted') }}
),

final as (
    select
        {{ surrogate_uuid('language_cues', ['cues.utterance_id', 'cues.cue_type']) }} as id,
        {{ surrogate_uuid('session_analytics', ['pending.job_id']) }} as session_analytics_id,
        cues.utterance_id,
        cues.cue_type::varchar(30) as cue_type,
        cues.confidence::numeric(4, 3) as confidence,
        cues.text_excerpt,
        cues.timestamp_seconds::numeric(10, 3) as timestamp_seconds,
        cues.preceding_context,
        cues.interpretation,
        cues.created_at,
        -- beyond the specification
        pending.job_id,
        pending.coach_id,
        pending.client_id,
        cues.detection_id as cue_detection_id,
        cues.detector::varchar(20) as detector,
        cues.detector_version::varchar(100) as detector_version,
        cues.prompt_version::varchar(50) as prompt_version
    from pending
    inner join cues on pending.cue_detection_id = cues.detection_id and pending.coach_id = cues.coach_id
)

select * from final
