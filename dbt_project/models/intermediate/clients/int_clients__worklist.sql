-- one row per pair and as_of date that this run computes
{#
    The dates asked for, and the recorded dates that knew a session which has been erased since: those are told
    again without it. On a date before a pair's first session there is nothing to tell.
#}
{% set records = ['client_analytics', 'client_analytics_history', 'risk_scores'] %}
with timelines as (
    select
        coach_id,
        client_id,
        first_session_date
    from {{ ref('int_clients__timelines') }}
),

as_of_dates as (
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

{% for mart in records -%}
{{ mart }} as (
    {{ current_rows(mart, {'coach_id': 'uuid', 'client_id': 'uuid', 'as_of_date': 'date'}) }}
),

{% endfor -%}
dates_to_tell_again as (
    {%- for mart in records %}
    {{ 'union' if not loop.first }}
    select
        erased.coach_id,
        erased.client_id,
        {{ mart }}.as_of_date
    from erased
    inner join {{ mart }}
        on
            erased.coach_id = {{ mart }}.coach_id
            and erased.client_id = {{ mart }}.client_id
            and erased.from_date <= {{ mart }}.as_of_date
    {%- endfor %}
),

dates as (
    select
        timelines.coach_id,
        timelines.client_id,
        timelines.first_session_date,
        as_of_dates.as_of_date
    from timelines
    cross join as_of_dates
    union all
    select
        timelines.coach_id,
        timelines.client_id,
        timelines.first_session_date,
        dates_to_tell_again.as_of_date
    from dates_to_tell_again
    inner join timelines
        on dates_to_tell_again.coach_id = timelines.coach_id and dates_to_tell_again.client_id = timelines.client_id
    where dates_to_tell_again.as_of_date not in (select as_of_dates.as_of_date from as_of_dates)
),

final as (
    select
        coach_id,
        client_id,
        as_of_date
    from dates
    where first_session_date <= as_of_date
)

select * from final
