-- one row per pair and scored date: is an alert on high risk open after this date?
{# It opens at risk and lasts until the score is low enough; each such date begins a new stretch. #}
with scored_dates as (
    select * from {{ ref('int_alerts__scored_dates') }}
),

parameters as (
    {{ parameters(ref('alert_parameters'), ['high_risk_resolves_at']) }}
),

stretches as (
    select
        scored_dates.*,
        count(*) filter (where scored_dates.risk_score <= parameters.high_risk_resolves_at) over (
            partition by scored_dates.coach_id, scored_dates.client_id, scored_dates.era
            order by scored_dates.as_of_date
        ) as stretch
    from scored_dates
    cross join parameters
),

openings as (
    select
        *,
        min(as_of_date) filter (where is_at_risk) over so_far as opened_date,
        bool_or(is_urgent) over so_far as was_urgent
    from stretches
    window so_far as (partition by coach_id, client_id, era, stretch order by as_of_date)
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
