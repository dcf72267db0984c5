-- one row per active pair and scored date: what the alert rules look at, and the index of what they must judge
{# An era ends when the relationship does: what was open then is over, and a resumed relationship begins afresh. #}
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

endings as (
    select
        coach_id,
        client_id,
        array_agg(distinct resolved_date order by resolved_date) as dates
    from recorded
    where resolution = 'relationship_ended'
    group by coach_id, client_id
),

eras as (
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
        coalesce(width_bucket(scores.as_of_date - 1, endings.dates), 0) as era,
        endings.dates[coalesce(width_bucket(scores.as_of_date - 1, endings.dates), 0) + 1] as era_ended_on
    from scores
    inner join relationships
        on scores.coach_id = relationships.coach_id and scores.client_id = relationships.client_id
    left join endings on scores.coach_id = endings.coach_id and scores.client_id = endings.client_id
),

final as (
    select
        eras.*,
        eras.risk_score - min(eras.risk_score) over (
            partition by eras.coach_id, eras.client_id
            order by eras.day_number
            range between ( -- noqa: PRS
                select value::integer from {{ ref('alert_parameters') }}
                where parameter = 'increase_days'
            ) preceding and 1 preceding
        ) as rise,
        lead(eras.as_of_date) over (partition by eras.coach_id, eras.client_id, eras.era order by eras.as_of_date)
            as next_date
    from eras
)

select * from final
