-- one row per pair and scored date: state of the alert risk_increased after this date
{{ config(pre_hook="{{ active_alert_window() }}") }}

with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

candidates as (
    select * from {{ ref('int_alerts__increase_candidates') }}
),

-- a candidate opens an alert only after the cooldown of the previous alert
chained as (
    select
        *,
        {{ this.schema }}.active_alert_window(as_of_date, cooldown_until) over (
            partition by coach_id, client_id order by as_of_date
        ) as active_alert_window
    from candidates
),

openings as (
    select * from chained
    where active_alert_window[1] = as_of_date
),

final as (
    select
        scored_dates.coach_id,
        scored_dates.client_id,
        scored_dates.as_of_date,
        'risk_increased' as alert_type,
        openings.as_of_date as opened_date,
        openings.as_of_date as episode_key,
        case when openings.as_of_date is not null then 'warning' end as severity
    from scored_dates
    left join openings
        on
            scored_dates.coach_id = openings.coach_id
            and scored_dates.client_id = openings.client_id
            and scored_dates.relationship_period = openings.relationship_period
            and scored_dates.as_of_date >= openings.as_of_date
            and scored_dates.as_of_date < coalesce(openings.closes_on, 'infinity')
)

select * from final
