-- one row per pair and scored date: state of the alert new_high_risk after this date
{# It opens at risk and closes at or below high_risk_resolves_at; each closing date starts a new streak. #}
with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

parameters as (
    {{ parameters(ref('alert_parameters'), ['high_risk_resolves_at']) }}
),

streaks as (
    select
        scored_dates.*,
        count(*) filter (where scored_dates.risk_score <= parameters.high_risk_resolves_at) over (
            partition by scored_dates.coach_id, scored_dates.client_id, scored_dates.relationship_period
            order by scored_dates.as_of_date
        ) as streak
    from scored_dates
    cross join parameters
),

openings as (
    select
        *,
        min(as_of_date) filter (where is_at_risk) over up_to_date as opened_date,
        bool_or(is_urgent) over up_to_date as was_urgent
    from streaks
    window up_to_date as (partition by coach_id, client_id, relationship_period, streak order by as_of_date)
),

final as (
    select
        coach_id,
        client_id,
        as_of_date,
        'new_high_risk' as alert_type,
        opened_date,
        opened_date as episode_key,
        case
            when opened_date is not null and was_urgent then 'urgent'
            when opened_date is not null then 'warning'
        end as severity
    from openings
)

select * from final
