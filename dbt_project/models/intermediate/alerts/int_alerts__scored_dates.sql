-- one row per active pair and scored date: the inputs of the alert rules
{#
    A relationship period ends with the relationship: its open alerts are resolved, and a resumed relationship starts a
    new period.
#}
{{ config(
    materialized='scratch_table', unlogged=true,
    indexes=[{'columns': ['coach_id', 'client_id', 'as_of_date'], 'unique': true}]
) }}

with scores as (
    select * from {{ ref('risk_scores') }}
    where {{ is_selected_client() }}
),

relationships as (
    select * from {{ ref('stg_public__coach_clients') }}
    where {{ is_selected_client() }} and is_active
),

recorded as (
    {{ self_snapshot('risk_alert_episodes', {
        'coach_id': 'uuid', 'client_id': 'uuid', 'resolved_date': 'date', 'resolution': 'text'
    }) }}
),

period_ends as (
    select
        coach_id,
        client_id,
        array_agg(distinct resolved_date order by resolved_date) as dates
    from recorded
    where resolution = 'relationship_ended'
    group by coach_id, client_id
),

periods as (
    select
        scores.coach_id,
        scores.client_id,
        scores.as_of_date,
        scores.id as risk_score_id,
        scores.risk_score,
        scores.risk_level,
        scores.is_at_risk,
        scores.is_urgent,
        scores.last_session_date,
        scores.days_since_last_session,
        scores.as_of_date - '2000-01-01'::date as day_number,
        coalesce(width_bucket(scores.as_of_date - 1, period_ends.dates), 0) as relationship_period,
        period_ends.dates[coalesce(width_bucket(scores.as_of_date - 1, period_ends.dates), 0) + 1] as period_end
    from scores
    inner join relationships
        on scores.coach_id = relationships.coach_id and scores.client_id = relationships.client_id
    left join period_ends on scores.coach_id = period_ends.coach_id and scores.client_id = period_ends.client_id
),

final as (
    select
        periods.*,
        periods.risk_score - min(periods.risk_score) over (
            partition by periods.coach_id, periods.client_id
            order by periods.day_number
            range between ( -- noqa: PRS
                select value::integer from {{ ref('alert_parameters') }}
                where parameter = 'increase_days'
            ) preceding and 1 preceding
        ) as score_increase,
        lead(periods.as_of_date) over (
            partition by periods.coach_id, periods.client_id, periods.relationship_period
            order by periods.as_of_date
        ) as next_date
    from periods
)

select * from final
