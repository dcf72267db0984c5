-- A score is the sum of its factors' contributions as they are shown.
{{ config(meta={'dagster': {'ref': {'name': 'risk_factors'}}}) }}

with scores as (
    select * from {{ ref('risk_scores') }}
),

sums as (
    select
        coach_id,
        client_id,
        as_of_date,
        sum(contribution) as contributions
    from {{ ref('risk_factors') }}
    group by coach_id, client_id, as_of_date
)

select scores.id
from scores
left join sums
    on
        scores.coach_id = sums.coach_id
        and scores.client_id = sums.client_id
        and scores.as_of_date = sums.as_of_date
where sums.contributions is distinct from scores.risk_score
