-- one row per coach with an active client who had a session: totals over all active clients
{{ config(materialized='view_in_place', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with clients as (
    select * from {{ ref('client_overview') }}
),

sessions as (
    select * from {{ ref('session_analytics') }}
),

coaches as (
    select
        coach_id,
        max(as_of_date) as as_of_date,
        count(*)::integer as total_clients,
        (count(*) filter (where is_at_risk and not is_risk_expired))::integer as clients_at_risk,
        avg(average_engagement_score)::numeric(5, 2) as average_engagement,
        (count(*) filter (where risk_level = 'low' and not is_risk_expired))::integer as low_risk_clients,
        (count(*) filter (where risk_level = 'medium' and not is_risk_expired))::integer as medium_risk_clients,
        (count(*) filter (where risk_level = 'high' and not is_risk_expired))::integer as high_risk_clients,
        (count(*) filter (where risk_level = 'critical' and not is_risk_expired))::integer
            as critical_risk_clients,
        sum(pending_alert_count)::integer as pending_alert_count
    from clients
    group by coach_id
),

final as (
    select
        coaches.coach_id,
        coaches.as_of_date,
        coaches.total_clients,
        coaches.clients_at_risk,
        coaches.average_engagement,
        this_month.session_count as sessions_this_month,
        jsonb_build_object(
            'low', coaches.low_risk_clients,
            'medium', coaches.medium_risk_clients,
            'high', coaches.high_risk_clients,
            'critical', coaches.critical_risk_clients
        ) as risk_distribution,
        coaches.pending_alert_count
    from coaches
    cross join lateral (
        select count(*)::integer as session_count
        from sessions
        where
            sessions.coach_id = coaches.coach_id
            and sessions.session_date >= date_trunc('month', coaches.as_of_date)::date
            and sessions.session_date <= coaches.as_of_date
    ) as this_month
)

select * from final
