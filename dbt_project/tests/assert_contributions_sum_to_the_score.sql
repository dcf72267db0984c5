-- Every risk score is the sum of the contributions of its factors.
{{ config(meta={'dagster': {'ref': {'name': 'risk_factors'}}}) }}

with scores as (
    select * from {{ ref('risk_scores') }}
),

totals as (
    select
        coach_id,
        client_id,
        as_of_date,
        sum(contribution) as total_contribution
    from {{ ref('risk_factors') }}
    group by coach_id, client_id, as_of_date
)

select scores.id
from scores
left join totals
    on
        scores.coach_id = totals.coach_id
        and scores.client_id = totals.client_id
        and scores.as_of_date = totals.as_of_date
where totals.total_contribution is distinct from scores.risk_score
