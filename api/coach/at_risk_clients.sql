-- one row: a page of the coach's clients at these risk levels, highest score first
with matching as not materialized (
    select
        client_id,
        risk_score,
        risk_level,
        top_factor,
        risk_trend as trend,
        score_change,
        recommended_action,
        days_since_last_session,
        last_session_date,
        open_alert_count as open_alerts,
        risk_as_of_date as as_of_date
    from ai_backend.client_overview
    where coach_id = %(coach_id)s and risk_level = any(%(levels)s::text[]) and not is_risk_expired
),

page as (
    select * from matching
    order by risk_score desc, client_id
    limit %(limit)s offset %(offset)s
),

final as (
    select
        null::uuid as client_id,
        null::uuid as job_id,
        json_build_object(
            'clients', coalesce((select json_agg(row_to_json(page)) from page), '[]'),
            'total', (select count(*) from matching)
        ) as body
)

select client_id, job_id, body from final
