-- one row per pair, scored date and alert type: the state of each alert rule
with no_session_30d as (
    select * from {{ ref('int_alerts__no_session_30d') }}
),

new_high_risk as (
    select * from {{ ref('int_alerts__new_high_risk') }}
),

risk_increased as (
    select * from {{ ref('int_alerts__risk_increased') }}
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        alert_type,
        opened_date,
        episode_key,
        severity
    from no_session_30d
    union all
    select
        coach_id,
        client_id,
        as_of_date,
        alert_type,
        opened_date,
        episode_key,
        severity
    from new_high_risk
    union all
    select
        coach_id,
        client_id,
        as_of_date,
        alert_type,
        opened_date,
        episode_key,
        severity
    from risk_increased
)

select * from final
