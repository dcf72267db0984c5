select
    relationships.coach_id,
    relationships.client_id,
    coalesce(all_time.total_sessions, 0) as sessions,
    recent.engagement_trend,
    recent.sentiment_trend,
    scores.risk_score as score,
    scores.risk_level as level,
    array(
        select warning
        from ai_backend.session_analytics as sessions
        cross join unnest(sessions.quality_warnings) as warning
        where sessions.coach_id = relationships.coach_id and sessions.client_id = relationships.client_id
        group by warning
        order by warning
    ) as warnings,
    (
        select coalesce(json_object_agg(factor_type, contribution order by position), '{}')
        from ai_backend.risk_factors as factors
        where factors.coach_id = scores.coach_id and factors.risk_score_id = scores.id and contribution > 0
    ) as factors,
    (
        select coalesce(json_object_agg(alert_type, severity order by alert_type), '{}')
        from ai_backend.risk_alerts as alerts
        where
            alerts.coach_id = relationships.coach_id
            and alerts.client_id = relationships.client_id
            and alerts.resolved_at is null
    ) as alerts
from public.coach_clients as relationships
left join ai_backend.client_analytics as all_time
    on
        relationships.coach_id = all_time.coach_id
        and relationships.client_id = all_time.client_id
        and all_time.window_type = 'all_time'
left join ai_backend.client_analytics as recent
    on
        relationships.coach_id = recent.coach_id
        and relationships.client_id = recent.client_id
        and recent.window_type = '90d'
left join ai_backend.risk_scores as scores
    on
        relationships.coach_id = scores.coach_id
        and relationships.client_id = scores.client_id
        and recent.as_of_date = scores.as_of_date
