-- one row per pair, as_of date and window: where the window begins and ends in each of the pair's arrays
{# "after" is the position before the window's first element, "upto" that of its last; equal when it is empty. #}
with worklist as (
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
        worklist.*,
        windows.window_type,
        coalesce(worklist.as_of_date - windows.days + 1, worklist.first_session_date) as window_start,
        positions.*
    from worklist
    cross join windows
    cross join parameters
    cross join lateral (
        select
            {% for series in ['session', 'engagement', 'sentiment', 'client_talk', 'coach_talk'] %}
                width_bucket(
                    coalesce(worklist.as_of_date - windows.days, '-infinity'), worklist.{{ series }}_dates
                ) as {{ series }}_after,
                width_bucket(worklist.as_of_date, worklist.{{ series }}_dates) as {{ series }}_upto,
            {% endfor %}
            width_bucket(worklist.as_of_date - parameters.recent_days::integer, worklist.session_dates)
                as recent_after,
            width_bucket(worklist.as_of_date - 2 * parameters.recent_days::integer, worklist.session_dates)
                as before_recent_after
        {{ optimization_fence() }} -- noqa: PRS
    ) as positions
)

select * from final -- noqa: AM04
