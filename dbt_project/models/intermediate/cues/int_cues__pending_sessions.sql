-- one row per session that needs cue detection
{{ config(
    materialized='scratch_table', unlogged=true,
    indexes=[{'columns': ['job_id'], 'unique': true}],
    grants={'select': ['warehouse_cues']}
) }}

{# A subquery per session uses the index on transcript_id; a join would aggregate all utterances. #}
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

detection_counts as (
    select
        job_id,
        coach_id,
        count(*) as previous_detection_count
    from past
    group by job_id, coach_id
),

invalid_responses as (
    select
        job_id,
        coach_id,
        source_revision,
        count(*) as invalid_response_count
    from past
    where status = 'failed' and failure = 'answer'
    group by job_id, coach_id, source_revision
),

succeeded as (
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
        coalesce(detection_counts.previous_detection_count, 0) as previous_detection_count
    from spine
    left join detection_counts
        on spine.job_id = detection_counts.job_id and spine.coach_id = detection_counts.coach_id
    left join invalid_responses
        on
            spine.job_id = invalid_responses.job_id
            and spine.coach_id = invalid_responses.coach_id
            and spine.source_revision = invalid_responses.source_revision
    left join succeeded
        on
            spine.job_id = succeeded.job_id
            and spine.coach_id = succeeded.coach_id
            and spine.source_revision = succeeded.source_revision
    where
        -- provider failures are retried in every run, invalid responses at most cue_max_attempts times
        (
            succeeded.detection_id is null
            and coalesce(invalid_responses.invalid_response_count, 0) < {{ var('cue_max_attempts') }}
        )
        or (
            {{ var('verify_content') }}
            and succeeded.detection_id is not null
            and succeeded.content_hash is distinct from {{ content_hash }}
        )
        or (
            '{{ var("cue_target_detector") }}' <> ''
            and (
                succeeded.used_fallback
                or concat_ws(' ', succeeded.detector, succeeded.detector_version)
                <> '{{ var("cue_target_detector") }}'
            )
        )
)

select * from final
