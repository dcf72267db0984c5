-- one row per session: the columns of a session list
{{ config(materialized='view_in_place', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with sessions as (
    select * from {{ ref('session_analytics') }}
),

final as (
    select
        sessions.job_id,
        sessions.coach_id,
        sessions.client_id,
        sessions.session_date,
        sessions.completed_at,
        (sessions.total_duration_seconds / 60)::numeric(8, 2) as duration_minutes,
        sessions.coach_talk_percentage,
        sessions.client_talk_percentage,
        sessions.engagement_score,
        sessions.client_sentiment_score,
        sessions.cue_resistance_count + sessions.cue_commitment_count + sessions.cue_breakthrough_count
        + sessions.cue_concern_count + sessions.cue_deflection_count + sessions.cue_enthusiasm_count
        + sessions.cue_doubt_count + sessions.cue_agreement_count + sessions.cue_goal_setting_count as cue_count,
        json_build_object(
            'resistance', sessions.cue_resistance_count,
            'commitment', sessions.cue_commitment_count,
            'breakthrough', sessions.cue_breakthrough_count,
            'concern', sessions.cue_concern_count,
            'deflection', sessions.cue_deflection_count,
            'enthusiasm', sessions.cue_enthusiasm_count,
            'doubt', sessions.cue_doubt_count,
            'agreement', sessions.cue_agreement_count,
            'goal_setting', sessions.cue_goal_setting_count
        ) as cue_counts,
        sessions.quality_warning as has_warnings,
        sessions.has_cue_evidence
    from sessions
)

select * from final
