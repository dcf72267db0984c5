-- one row per active pair with a session, and window: totals, risk level and quality warnings
{{ config(materialized='view_in_place', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with overview as (
    select * from {{ ref('client_overview') }}
),

windows as (
    select * from {{ ref('client_analytics') }}
),

final as (
    select
        overview.coach_id,
        overview.client_id,
        windows.window_type,
        overview.total_sessions as session_count,
        overview.last_session_date as latest_session_date,
        case when not overview.is_risk_expired then overview.risk_level end as risk_level,
        coalesce(overview.is_risk_expired, false) as risk_score_stale,
        array_remove(
            array[
                -- a trend needs two sessions
                case when windows.total_sessions < 2 then 'insufficient_sessions' end,
                case when overview.is_risk_expired then 'stale_risk_score' end
            ], null
        ) as quality_warnings
    from overview
    inner join windows on overview.coach_id = windows.coach_id and overview.client_id = windows.client_id
)

select * from final
