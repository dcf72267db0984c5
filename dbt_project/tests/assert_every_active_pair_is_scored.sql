-- Each active client with a session has a score for each date of the run, unless another version gave one.
{{ config(meta={'dagster': {'ref': {'name': 'risk_scores'}}}) }}

with worklist as (
    select * from {{ ref('int_clients__pending') }}
),

relationships as (
    select * from {{ ref('stg_public__coach_clients') }}
    where is_active
),

scores as (
    select * from {{ ref('risk_scores') }}
)

select
    worklist.coach_id,
    worklist.client_id,
    worklist.as_of_date
from worklist
inner join relationships
    on worklist.coach_id = relationships.coach_id and worklist.client_id = relationships.client_id
left join scores
    on
        worklist.coach_id = scores.coach_id
        and worklist.client_id = scores.client_id
        and worklist.as_of_date = scores.as_of_date
where scores.id is null
