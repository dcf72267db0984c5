-- one row per pair, window, metric and session with a known value
{{ config(materialized='view_in_place', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with windows as (
    select * from {{ ref('client_analytics') }}
),

sessions as (
    select * from {{ ref('session_analytics') }}
),

final as (
    select
        windows.coach_id,
        windows.client_id,
        windows.window_type,
        metrics.metric,
        sessions.session_date as point_date,
        metrics.value,
        sessions.job_id,
        sessions.id as session_id,
        (row_number() over (
            partition by windows.coach_id, windows.client_id, windows.window_type, metrics.metric
            order by sessions.session_date, sessions.completed_at, sessions.job_id
        ))::integer as position
    from windows
    inner join sessions
        on
            windows.coach_id = sessions.coach_id
            and windows.client_id = sessions.client_id
            and windows.window_start <= sessions.session_date
            and windows.window_end >= sessions.session_date
    cross join
        lateral (
            {{ trend_metrics() }}
        ) as metrics (metric, trend, value)
    where metrics.value is not null
)

select * from final
