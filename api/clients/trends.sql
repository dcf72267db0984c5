-- one row: how a client's metrics moved in a window; body is null when the client isn't this coach's or has no session
with client as (
    select client_id
    from ai_backend.active_clients
    where coach_id = %(coach_id)s and client_id = %(client_id)s
),

asked as (
    select
        names.metric,
        names.position
    from unnest(%(metrics)s::text[]) with ordinality as names (metric, position)
),

points as (
    select
        metric,
        position,
        point_date as date,
        value,
        job_id,
        session_id
    from ai_backend.client_trend_points
    where
        coach_id = %(coach_id)s
        and client_id = %(client_id)s
        and window_type = %(window)s
        and metric = any(%(metrics)s::text[])
),

by_metric as (
    select
        metric,
        json_agg(
            json_build_object('date', date, 'value', value, 'job_id', job_id, 'session_id', session_id)
            order by position
        ) as data_points
    from points
    group by metric
),

trends as (
    select
        trend.metric,
        asked.position,
        json_build_object(
            'metric_name', trend.metric,
            'current_value', trend.current_value,
            'previous_value', trend.previous_value,
            'change', trend.change,
            'change_percentage', trend.change_percentage,
            'trend', trend.trend,
            'data_points', coalesce(by_metric.data_points, '[]')
        ) as data
    from ai_backend.client_trends as trend
    inner join asked on trend.metric = asked.metric
    left join by_metric on trend.metric = by_metric.metric
    where trend.coach_id = %(coach_id)s and trend.client_id = %(client_id)s and trend.window_type = %(window)s
),

flat as (
    select
        json_agg(
            json_build_object(
                'date', points.date,
                'value', points.value,
                'job_id', points.job_id,
                'session_id', points.session_id,
                'metric', points.metric
            )
            order by asked.position, points.position
        ) as data_points
    from points
    inner join asked on points.metric = asked.metric
),

final as (
    select
        %(client_id)s::uuid as client_id,
        null::uuid as job_id,
        (
            select
                json_build_object(
                    'trends', (select json_object_agg(metric, data order by position) from trends),
                    'data_points', coalesce((select flat.data_points from flat), '[]')
                )
            from client
            where exists (select 1 from trends)
        ) as body
)

select client_id, job_id, body from final
