-- one row: a client's analytics in a window; body is null if the client is not the coach's or has no session
with analytics as (
    select
        id,
        client_id,
        coach_id,
        window_start,
        window_end,
        window_type,
        total_sessions,
        sessions_last_30_days,
        average_days_between_sessions,
        days_since_last_session,
        session_frequency_trend,
        average_coach_talk_percentage,
        average_client_talk_percentage,
        talk_ratio_trend,
        average_engagement_score,
        engagement_trend,
        engagement_scores_history,
        average_sentiment_score,
        sentiment_trend,
        sentiment_scores_history,
        total_resistance_cues,
        total_commitment_cues,
        total_breakthrough_cues,
        resistance_to_commitment_ratio,
        computed_at,
        as_of_date,
        last_session_date,
        sessions_previous_30_days,
        sessions_with_cue_evidence,
        engagement_change,
        sentiment_change,
        talk_ratio_change
    from ai_backend.client_analytics
    where coach_id = %(coach_id)s and client_id = %(client_id)s and window_type = %(window)s
),

summary as (
    select
        session_count,
        latest_session_date,
        risk_level,
        risk_score_stale,
        quality_warnings
    from ai_backend.client_summary
    where coach_id = %(coach_id)s and client_id = %(client_id)s and window_type = %(window)s
),

final as (
    select
        %(client_id)s::uuid as client_id,
        null::uuid as job_id,
        (
            select row_to_json(response)
            from (
                select row_to_json(analytics) as client_analytics, summary.*
                from analytics
                cross join summary
            ) as response
        ) as body
)

select client_id, job_id, body from final
