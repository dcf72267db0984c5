-- one row: trends of a client's metrics in a window; body is null if the client is not the coach's or has no session
with client as (
    select client_id
    from ai_backend.active_clients
    where coach_id = %(coach_id)s and client_id = %(client_id)s
),

trends as (
    select
        metric,
        array_position(%(metrics)s::text[], metric) as position,
        current_value,
        previous_value,
        change,
        change_percentage,
        trend,
        data_points
    from ai_backend.client_trends
    where
        coach_id = %(coach_id)s
        and client_id = %(client_id)s
        and window_type = %(window)s
        and metric = any(%(metrics)s::text[])
),

by_metric as (
    select
        json_object_agg(
            metric,
            json_build_object(
                'metric_name', metric,
                'current_value', current_value,
                'previous_value', previous_value,
                'change', change,
                'change_percentage', change_percentage,
                'trend', trend,
                'data_points', array_to_json(data_points)
            )
            order by position
        ) as body
    from trends
),

flat as (
    select coalesce(json_agg(points.point order by trends.position, points.position), '[]') as body
    from trends
    cross join lateral unnest(trends.data_points) with ordinality as points (point, position)
),

final as (
    select
        %(client_id)s::uuid as client_id,
        null::uuid as job_id,
        (
            select json_build_object('trends', by_metric.body, 'data_points', flat.body)
            from client
            cross join by_metric
            cross join flat
            where by_metric.body is not null
        ) as body
)

select client_id, job_id, body from final
