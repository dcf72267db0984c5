-- one row: the coach's summary; zeros for a coach without clients
with summary as (
    select
        total_clients,
        clients_at_risk,
        average_engagement,
        sessions_this_month,
        risk_distribution
    from ai_backend.coach_summary
    where coach_id = %(coach_id)s
),

final as (
    select
        null::uuid as client_id,
        null::uuid as job_id,
        json_build_object(
            'total_clients', coalesce(summary.total_clients, 0),
            'clients_at_risk', coalesce(summary.clients_at_risk, 0),
            'average_engagement', summary.average_engagement,
            'sessions_this_month', coalesce(summary.sessions_this_month, 0),
            'risk_distribution',
            coalesce(summary.risk_distribution, '{"low": 0, "medium": 0, "high": 0, "critical": 0}')
        ) as body
    from (values (1)) as one_row (one)
    left join summary on true
)

select client_id, job_id, body from final
