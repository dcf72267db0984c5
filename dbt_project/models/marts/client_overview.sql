-- one row per active pair with a session: latest analytics, current risk score and open alerts
{{ config(materialized='view_in_place', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with clients as (
    select * from {{ ref('active_clients') }}
),

windows as not materialized (
    select * from {{ ref('client_analytics') }}
),

scores as (
    select * from {{ ref('risk_scores') }}
),

open_alerts as not materialized (
    -- without notes, which not every reader may see
    select
        coach_id,
        client_id,
        status
    from {{ ref('risk_alerts') }}
    where resolved_at is null and not is_muted
),

-- Lateral subqueries keep the cost proportional to the number of clients, regardless of the planner's estimates.
-- Scalar subqueries are not executed when a query doesn't select them.
final as (
    select
        clients.coach_id,
        clients.client_id,
        last_90_days.as_of_date,
        (
            select all_time.total_sessions
            from windows as all_time
            where
                all_time.coach_id = clients.coach_id
                and all_time.client_id = clients.client_id
                and all_time.window_type = 'all_time'
        ) as total_sessions,
        last_90_days.last_session_date,
        last_90_days.days_since_last_session,
        last_90_days.average_engagement_score,
        last_90_days.engagement_trend,
        last_90_days.average_sentiment_score,
        last_90_days.sentiment_trend,
        current_score.id as risk_score_id,
        current_score.as_of_date as risk_as_of_date,
        current_score.risk_score,
        current_score.risk_level,
        current_score.risk_level_rank,
        current_score.is_at_risk,
        current_score.score_change,
        current_score.trend as risk_trend,
        current_score.top_factor,
        current_score.recommended_action,
        current_score.computed_at as risk_computed_at,
        current_score.valid_until as risk_valid_until,
        current_score.valid_until <= {{ request_time() }} as is_risk_expired,
        (
            select count(*)::integer
            from open_alerts
            where open_alerts.coach_id = clients.coach_id and open_alerts.client_id = clients.client_id
        ) as open_alert_count,
        (
            select count(*)::integer
            from open_alerts
            where
                open_alerts.coach_id = clients.coach_id
                and open_alerts.client_id = clients.client_id
                and open_alerts.status = 'pending'
        ) as pending_alert_count
    from clients
    cross join
        lateral (
            select * from windows
            where
                windows.coach_id = clients.coach_id
                and windows.client_id = clients.client_id
                and windows.window_type = '90d'
            limit 1
        ) as last_90_days
    left join lateral (
        select * from scores
        where scores.coach_id = clients.coach_id and scores.client_id = clients.client_id
        order by scores.as_of_date desc
        limit 1
    ) as current_score on true
)

select * from final
