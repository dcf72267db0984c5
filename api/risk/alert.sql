-- one row: an alert, whose fields `alert` repeats; body is null if it is not the coach's
with alert as (
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
    where coach_id = %(coach_id)s and id = %(alert_id)s
),

final as (
    select
        (select alert.client_id from alert) as client_id,
        null::uuid as job_id,
        (
            select row_to_json(response)
            from (select alert.*, row_to_json(alert) as alert from alert) as response
        ) as body
)

select client_id, job_id, body from final
