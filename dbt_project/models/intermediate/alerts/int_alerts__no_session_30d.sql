-- one row per pair and scored date: state of the alert no_session_30d after this date
{# An episode is the time after one session; it ends when the date of the last session changes. #}
with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

parameters as (
    {{ parameters(ref('alert_parameters'), ['inactivity_days', 'inactivity_urgent_days']) }}
),

evaluated as (
    select
        scored_dates.*,
        scored_dates.days_since_last_session >= parameters.inactivity_days as is_inactive,
        scored_dates.days_since_last_session >= parameters.inactivity_urgent_days as is_urgently_inactive
    from scored_dates
    cross join parameters
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        'no_session_30d' as alert_type,
        case when is_inactive then min(as_of_date) filter (where is_inactive) over one_gap end as opened_date,
        case when is_inactive then last_session_date end as episode_key,
        case when is_urgently_inactive then 'urgent' when is_inactive then 'warning' end as severity
    from evaluated
    window one_gap as (partition by coach_id, client_id, relationship_period, last_session_date)
)

select * from final
