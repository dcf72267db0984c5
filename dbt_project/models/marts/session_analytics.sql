-- one row per session
{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='job_id',
    full_refresh=false,
    indexes=[
        {'columns': ['client_id']},
        {'columns': ['coach_id', 'client_id', 'session_date']},
        {'columns': ['coach_id', 'session_date']},
        {'columns': ['session_date']},
        {'columns': ['cue_detection_id']}
    ],
    grants={'select': ['warehouse_analyst', 'warehouse_api']},
    post_hook=[
        "{{ delete_removed_sessions() }}",
        "{{ enable_row_level_security() }}"
    ]
) }}

with pending as (
    select * from {{ ref('int_sessions__pending') }}
    where not is_removed
),

talk_time as (
    select * from {{ ref('int_sessions__talk_time') }}
),

metrics as (
    select * from {{ ref('int_sessions__metrics') }}
),

cue_counts as (
    select * from {{ ref('int_sessions__cue_counts') }}
),

sentiment as (
    select * from {{ ref('int_sessions__sentiment') }}
),

engagement as (
    select * from {{ ref('int_sessions__engagement') }}
),

cue_evidence as (
    select * from {{ ref('int_sessions__cue_evidence') }}
),

quality as (
    select * from {{ ref('int_sessions__quality') }}
),

parameters as (
    {{ parameters(ref('session_parameters'), ['max_ratio']) }}
),

final as (
    select
        {{ surrogate_uuid('session_analytics', ['pending.job_id']) }} as id,
        pending.job_id,
        pending.client_id,
        pending.coach_id,
        pending.session_date,
        coalesce(talk_time.total_duration_seconds, 0)::numeric(10, 2) as total_duration_seconds,
        coalesce(talk_time.coach_talk_time_seconds, 0)::numeric(10, 2) as coach_talk_time_seconds,
        coalesce(talk_time.client_talk_time_seconds, 0)::numeric(10, 2) as client_talk_time_seconds,
        coalesce(talk_time.silence_time_seconds, 0)::numeric(10, 2) as silence_time_seconds,
        coalesce(talk_time.coach_talk_percentage, 0)::numeric(5, 2) as coach_talk_percentage,
        coalesce(talk_time.client_talk_percentage, 0)::numeric(5, 2) as client_talk_percentage,
        coalesce(metrics.total_turns, 0)::integer as total_turns,
        coalesce(metrics.coach_turns, 0)::integer as coach_turns,
        coalesce(metrics.client_turns, 0)::integer as client_turns,
        metrics.average_turn_duration_coach::numeric(8, 2) as average_turn_duration_coach,
        metrics.average_turn_duration_client::numeric(8, 2) as average_turn_duration_client,
        coalesce(metrics.interruption_count, 0)::integer as interruption_count,
        coalesce(metrics.coach_question_count, 0)::integer as coach_question_count,
        coalesce(metrics.coach_statement_count, 0)::integer as coach_statement_count,
        ({{ cap('metrics.question_to_statement_ratio', 'parameters.max_ratio') }})::numeric(5, 3)
            as question_to_statement_ratio,
        coalesce(metrics.open_question_count, 0)::integer as open_question_count,
        coalesce(metrics.closed_question_count, 0)::integer as closed_question_count,
        coalesce(cue_counts.cue_resistance_count, 0)::integer as cue_resistance_count,
        coalesce(cue_counts.cue_commitment_count, 0)::integer as cue_commitment_count,
        coalesce(cue_counts.cue_breakthrough_count, 0)::integer as cue_breakthrough_count,
        coalesce(cue_counts.cue_concern_count, 0)::integer as cue_concern_count,
        coalesce(cue_counts.cue_deflection_count, 0)::integer as cue_deflection_count,
        sentiment.client_sentiment_score::numeric(4, 3) as client_sentiment_score,
        sentiment.coach_sentiment_score::numeric(4, 3) as coach_sentiment_score,
        sentiment.sentiment_variance::numeric(4, 3) as sentiment_variance,
        engagement.engagement_score::numeric(5, 2) as engagement_score,
        engagement.response_elaboration_score::numeric(5, 2) as response_elaboration_score,
        {{ computed_at() }} as computed_at,
        '{{ var("session_model_version") }}'::varchar(50) as model_version,
        -- beyond the specification
        coalesce(cue_counts.cue_enthusiasm_count, 0)::integer as cue_enthusiasm_count,
        coalesce(cue_counts.cue_doubt_count, 0)::integer as cue_doubt_count,
        coalesce(cue_counts.cue_agreement_count, 0)::integer as cue_agreement_count,
        coalesce(cue_counts.cue_goal_setting_count, 0)::integer as cue_goal_setting_count,
        talk_time.coach_speech_share::numeric(5, 2) as coach_speech_share,
        talk_time.client_speech_share::numeric(5, 2) as client_speech_share,
        coalesce(metrics.speaker_switch_count, 0)::integer as speaker_switch_count,
        coalesce(metrics.interruptions_by_coach, 0)::integer as interruptions_by_coach,
        coalesce(metrics.interruptions_by_client, 0)::integer as interruptions_by_client,
        metrics.longest_monologue_coach_seconds::numeric(10, 3) as longest_monologue_coach_seconds,
        metrics.longest_monologue_client_seconds::numeric(10, 3) as longest_monologue_client_seconds,
        metrics.client_response_latency_mean_seconds::numeric(10, 3) as client_response_latency_mean_seconds,
        metrics.client_response_latency_median_seconds::numeric(10, 3) as client_response_latency_median_seconds,
        metrics.coach_response_latency_mean_seconds::numeric(10, 3) as coach_response_latency_mean_seconds,
        metrics.coach_response_latency_median_seconds::numeric(10, 3) as coach_response_latency_median_seconds,
        cardinality(quality.quality_warnings) > 0 as quality_warning,
        quality.quality_warnings,
        cue_evidence.has_cue_evidence,
        pending.completed_at,
        pending.transcript_id,
        pending.source_revision,
        pending.cue_detection_id,
        metrics.content_hash
    from pending
    -- Every session has a row in the first two; left joins, because the planner underestimates joins on two keys.
    left join quality on pending.job_id = quality.job_id and pending.coach_id = quality.coach_id
    left join cue_evidence on pending.job_id = cue_evidence.job_id and pending.coach_id = cue_evidence.coach_id
    left join talk_time on pending.job_id = talk_time.job_id and pending.coach_id = talk_time.coach_id
    left join metrics on pending.job_id = metrics.job_id and pending.coach_id = metrics.coach_id
    left join cue_counts on pending.job_id = cue_counts.job_id and pending.coach_id = cue_counts.coach_id
    left join sentiment on pending.job_id = sentiment.job_id and pending.coach_id = sentiment.coach_id
    left join engagement on pending.job_id = engagement.job_id and pending.coach_id = engagement.coach_id
    cross join parameters
)

select * from final
