-- one row per pair, window and metric: first and last known value, trend and all known values
{{ config(materialized='view_in_place', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with windows as (
    select * from {{ ref('client_analytics') }}
),

sessions as (
    select * from {{ ref('session_analytics') }}
),

-- Not based on client_trend_points: this is the API's most frequent query, and one pass is enough for all columns.
series as (
    select
        windows.coach_id,
        windows.client_id,
        windows.window_type,
        metrics.metric,
        metrics.trend,
        array_agg(metrics.value order by sessions.session_date, sessions.completed_at, sessions.job_id)
        filter (where metrics.value is not null) as known_values,
        array_agg(row_to_json(data_point) order by sessions.session_date, sessions.completed_at, sessions.job_id)
        filter (where metrics.value is not null) as data_points
    from windows
    left join sessions
        on
            windows.coach_id = sessions.coach_id
            and windows.client_id = sessions.client_id
            and windows.window_start <= sessions.session_date
            and windows.window_end >= sessions.session_date
    cross join
        lateral (
            {{ trend_metrics() }}
        ) as metrics (metric, trend, value)
    cross join
        lateral (
            select
                sessions.session_date as date, -- noqa: RF04
                metrics.value,
                sessions.job_id,
                sessions.id as session_id,
                metrics.metric
        ) as data_point
    group by windows.coach_id, windows.client_id, windows.window_type, metrics.metric, metrics.trend
),

endpoints as (
    select
        series.*,
        known_values[1] as previous_value,
        known_values[cardinality(known_values)] as current_value
    from series
),

final as (
    select
        coach_id,
        client_id,
        window_type,
        metric,
        current_value,
        previous_value,
        (current_value - previous_value)::numeric(6, 3) as change,
        (100 * (current_value - previous_value) / nullif(abs(previous_value), 0))::numeric(10, 2)
            as change_percentage,
        trend,
        coalesce(cardinality(known_values), 0) as point_count,
        coalesce(data_points, '{}') as data_points
    from endpoints
)

select * from final
