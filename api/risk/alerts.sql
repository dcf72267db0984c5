-- one row: a page of the coach's alerts that are not muted, newest first
with matching as (
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
    where
        coach_id = %(coach_id)s
        and status = any(%(statuses)s::text[])
        and severity = any(%(severities)s::text[])
        and not is_muted
),

page as (
    select * from matching
    order by created_at desc, id
    limit %(limit)s offset %(offset)s
),

final as (
    select
        null::uuid as client_id,
        null::uuid as job_id,
        json_build_object(
            'alerts', coalesce((select json_agg(row_to_json(page)) from page), '[]'),
            'total', (select count(*) from matching)
        ) as body
)

select client_id, job_id, body from final
