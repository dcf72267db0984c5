-- one row per pair and as_of date that this run computes, with the pair's timeline
{#
    The requested dates, and the recorded dates that include a session erased since then: those are recomputed without
    it. Dates before a pair's first session are excluded.
#}
{% set key = {'coach_id': 'uuid', 'client_id': 'uuid', 'as_of_date': 'date'} %}
-- not materialized: allows parallel workers and avoids copying the timelines
with timelines as not materialized (
    select * from {{ ref('int_clients__timelines') }}
),

as_of_dates as not materialized (
    select * from {{ ref('int_clients__as_of_dates') }}
),

erased as (
    select
        coach_id,
        client_id,
        min(session_date) as from_date
    from {{ ref('int_clients__erased_sessions') }}
    group by coach_id, client_id
),

-- not materialized: read through the indexes, pair by pair
recorded as not materialized (
    {{ self_snapshot('client_analytics', key) }}
    union all
    {{ self_snapshot('client_analytics_history', key) }}
    union all
    {{ self_snapshot('risk_scores', key) }}
),

dates_to_recompute as (
    select distinct
        erased.coach_id,
        erased.client_id,
        recorded.as_of_date
    from erased
    inner join recorded
        on
            erased.coach_id = recorded.coach_id
            and erased.client_id = recorded.client_id
            and erased.from_date <= recorded.as_of_date
    left join as_of_dates on recorded.as_of_date = as_of_dates.as_of_date
    where as_of_dates.as_of_date is null
),

dates as (
    select
        timelines.*,
        as_of_dates.as_of_date
    from timelines
    cross join as_of_dates
    union all
    select
        timelines.*,
        dates_to_recompute.as_of_date
    from dates_to_recompute
    inner join timelines
        on
            dates_to_recompute.coach_id = timelines.coach_id
            and dates_to_recompute.client_id = timelines.client_id
),

final as (
    select * from dates
    where first_session_date <= as_of_date
)

select * from final -- noqa: AM04
