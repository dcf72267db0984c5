-- one row per pair, as_of date and window: the window's position in each of the pair's arrays
{# *_count_before: elements before the window; *_count_through: elements up to its last date. #}
with pending as (
    select * from {{ ref('int_clients__pending') }}
),

windows as (
    select * from {{ ref('client_windows') }}
),

parameters as (
    {{ parameters(ref('client_parameters'), ['recent_days']) }}
),

final as (
    select
        pending.*,
        windows.window_type,
        coalesce(pending.as_of_date - windows.days + 1, pending.first_session_date) as window_start,
        bounds.*
    from pending
    cross join windows
    cross join parameters
    cross join lateral (
        select
            {% for series in ['session', 'engagement', 'sentiment', 'client_talk', 'coach_talk'] %}
                width_bucket(
                    coalesce(pending.as_of_date - windows.days, '-infinity'), pending.{{ series }}_dates
                ) as {{ series }}_count_before,
                width_bucket(pending.as_of_date, pending.{{ series }}_dates) as {{ series }}_count_through,
            {% endfor %}
            width_bucket(pending.as_of_date - parameters.recent_days::integer, pending.session_dates)
                as session_count_before_recent,
            width_bucket(pending.as_of_date - 2 * parameters.recent_days::integer, pending.session_dates)
                as session_count_before_previous
        {{ optimization_fence() }} -- noqa: PRS
    ) as bounds
)

select * from final -- noqa: AM04
