-- one row per session that must be read for language cues
{{ config(
    materialized='scratch_table', unlogged=true,
    indexes=[{'columns': ['job_id'], 'unique': true}],
    grants={'select': ['warehouse_cues']}
) }}

{# A subquery of each listed session, which its transcript's index answers; a join would add up all utterances. #}
{% set content_hash -%}
    (
        select contents.content_hash from {{ ref('int_sessions__content_hashes') }} as contents
        where contents.transcript_id = spine.transcript_id
    )
{%- endset %}

with spine as (
    {{ selected_sessions(ref('int_sessions__spine')) }}
),

recorded as not materialized (
    {{ previous_detections() }}
),

past as (
    {{ selected_sessions('recorded') }}
),

attempted as (
    select
        job_id,
        coach_id,
        count(*) as past_detection_count
    from past
    group by job_id, coach_id
),

refused as (
    select
        job_id,
        coach_id,
        source_revision,
        count(*) as invalid_answer_count
    from past
    where status = 'failed' and failure = 'answer'
    group by job_id, coach_id, source_revision
),

answered as (
    select distinct on (job_id, coach_id, source_revision) *
    from past
    where status = 'succeeded'
    order by job_id asc, coach_id asc, source_revision asc, finished_at desc, detection_id asc
),

final as (
    select
        spine.job_id,
        spine.coach_id,
        spine.client_id,
        spine.transcript_id,
        spine.source_revision,
        {{ content_hash }} as content_hash,
        coalesce(attempted.past_detection_count, 0) as past_detection_count
    from spine
    left join attempted on spine.job_id = attempted.job_id and spine.coach_id = attempted.coach_id
    left join refused
        on
            spine.job_id = refused.job_id
            and spine.coach_id = refused.coach_id
            and spine.source_revision = refused.source_revision
    left join answered
        on
            spine.job_id = answered.job_id
            and spine.coach_id = answered.coach_id
            and spine.source_revision = answered.source_revision
    where
        -- what failed at the provider is tried in every run, what it answered wrongly a few times
        (
            answered.detection_id is null
            and coalesce(refused.invalid_answer_count, 0) < {{ var('cue_max_attempts') }}
        )
        or (
            {{ var('verify_content') }}
            and answered.detection_id is not null
            and answered.content_hash is distinct from {{ content_hash }}
        )
        or (
            '{{ var("cue_target_detector") }}' <> ''
            and (
                answered.used_fallback
                or concat_ws(' ', answered.detector, answered.detector_version)
                <> '{{ var("cue_target_detector") }}'
            )
        )
)

select * from final
