-- one row per pair, window and metric: from the first to the last known value, and the trend in between
{{ config(materialized='live_view', grants={'select': ['warehouse_analyst', 'warehouse_api']}) }}

with windows as (
    select * from {{ ref('client_analytics') }}
),

points as (
    select * from {{ ref('client_trend_points') }}
),

ends as (
    select
        coach_id,
        client_id,
        window_type,
        metric,
        (array_agg(value order by position))[1] as previous_value,
        (array_agg(value order by position desc))[1] as current_value,
        count(*)::integer as point_count
    from points
    group by coach_id, client_id, window_type, metric
),

final as (
    select
        windows.coach_id,
        windows.client_id,
        windows.window_type,
        metrics.metric,
        ends.current_value,
        ends.previous_value,
        (ends.current_value - ends.previous_value)::numeric(6, 3) as change,
        (100 * (ends.current_value - ends.previous_value) / nullif(abs(ends.previous_value), 0))::numeric(10, 2)
            as change_percentage,
        metrics.trend,
        coalesce(ends.point_count, 0) as point_count
    from windows
    cross join
        lateral (
            values
            ('engagement', windows.engagement_trend),
            ('sentiment', windows.sentiment_trend),
            ('talk_ratio', windows.talk_ratio_trend)
        ) as metrics (metric, trend)
    left join ends
        on
            windows.coach_id = ends.coach_id
            and windows.client_id = ends.client_id
            and windows.window_type = ends.window_type
            and metrics.metric = ends.metric
)

select * from final
