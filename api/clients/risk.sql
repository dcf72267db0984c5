-- one row: a client's latest risk score, its history and open alerts; body is null without a score
with client as (
    select client_id
    from ai_backend.active_clients
    where coach_id = %(coach_id)s and client_id = %(client_id)s
),

score as (
    select
        id,
        client_id,
        coach_id,
        risk_score,
        risk_level,
        churn_probability,
        factors,
        previous_risk_score,
        score_change,
        trend,
        recommended_action,
        computed_at,
        valid_until,
        model_version,
        is_calibrated,
        as_of_date,
        top_factor,
        last_session_date,
        days_since_last_session
    from ai_backend.risk_scores
    where coach_id = %(coach_id)s and client_id = %(client_id)s
    order by as_of_date desc
    limit 1
),

history as (
    select
        computed_at,
        as_of_date,
        risk_score,
        risk_level,
        top_factor
    from ai_backend.risk_scores
    where coach_id = %(coach_id)s and client_id = %(client_id)s
    order by as_of_date desc
    limit %(history_limit)s
),

alerts as (
    select
        id,
        client_id,
        coach_id,
        risk_score_id,
        alert_type,
        severity,
        title,
        message,
        status,
        acknowledged_at,
        acknowledged_notes,
        resolved_at,
        created_at
    from ai_backend.risk_alerts
    where coach_id = %(coach_id)s and client_id = %(client_id)s and status <> 'resolved' and not is_muted
    order by created_at desc, id
),

final as (
    select
        %(client_id)s::uuid as client_id,
        null::uuid as job_id,
        (
            select
                json_build_object(
                    'risk_score', row_to_json(score),
                    'history', (select json_agg(row_to_json(history)) from history),
                    'alerts', coalesce((select json_agg(row_to_json(alerts)) from alerts), '[]')
                )
            from client
            cross join score
        ) as body
)

select client_id, job_id, body from final
