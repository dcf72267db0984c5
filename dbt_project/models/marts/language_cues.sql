-- one row per language cue: an utterance of a client and a kind of cue
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

with worklist as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_gone
),

cues as (
    select * from {{ ref('int_cues__accepted') }}
),

final as (
    select
        {{ surrogate_uuid('language_cues', ['cues.utterance_id', 'cues.cue_type']) }} as id,
        {{ surrogate_uuid('session_analytics', ['worklist.job_id']) }} as session_analytics_id,
        cues.utterance_id,
        cues.cue_type::varchar(30) as cue_type,
        cues.confidence::numeric(4, 3) as confidence,
        cues.text_excerpt,
        cues.timestamp_seconds::numeric(10, 3) as timestamp_seconds,
        cues.preceding_context,
        cues.interpretation,
        cues.created_at,
        -- beyond the specification
        worklist.job_id,
        worklist.coach_id,
        worklist.client_id,
        cues.detection_id as cue_detection_id,
        cues.detector::varchar(20) as detector,
        cues.detector_version::varchar(100) as detector_version,
        cues.prompt_version::varchar(50) as prompt_version
    from worklist
    inner join cues on worklist.cue_detection_id = cues.detection_id and worklist.coach_id = cues.coach_id
)

select * from final
