-- one row per active pair with a session: where the client stands
{{ config(materialized='live_view', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with clients as (
    select * from {{ ref('active_clients') }}
),

recent as (
    select * from {{ ref('client_analytics') }}
    where window_type = '90d'
),

altogether as (
    select * from {{ ref('client_analytics') }}
    where window_type = 'all_time'
),

scores as (
    select * from {{ ref('risk_scores') }}
),

alerts as (
    -- not the notes, which not every reader of this view may see
    select
        coach_id,
        client_id,
        status,
        resolved_at,
        is_muted
    from {{ ref('risk_alerts') }}
),

final as (
    select
        clients.coach_id,
        clients.client_id,
        recent.as_of_date,
        altogether.total_sessions,
        recent.last_session_date,
        recent.days_since_last_session,
        recent.average_engagement_score,
        recent.engagement_trend,
        recent.average_sentiment_score,
        recent.sentiment_trend,
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
        current_score.valid_until <= {{ request_moment() }} as is_risk_expired,
        open_alerts.open_alert_count,
        open_alerts.pending_alert_count
    from clients
    inner join recent on clients.coach_id = recent.coach_id and clients.client_id = recent.client_id
    inner join altogether on clients.coach_id = altogether.coach_id and clients.client_id = altogether.client_id
    left join lateral (
        select * from scores
        where scores.coach_id = clients.coach_id and scores.client_id = clients.client_id
        order by scores.as_of_date desc
        limit 1
    ) as current_score on true
    cross join lateral (
        select
            count(*)::integer as open_alert_count,
            (count(*) filter (where alerts.status = 'pending'))::integer as pending_alert_count
        from alerts
        where
            alerts.coach_id = clients.coach_id
            and alerts.client_id = clients.client_id
            and alerts.resolved_at is null
            and not alerts.is_muted
    ) as open_alerts
)

select * from final
