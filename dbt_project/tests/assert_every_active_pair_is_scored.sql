-- Every active pair with a session has a score for every date of the run, possibly by another model version.
{{ config(meta={'dagster': {'ref': {'name': 'risk_scores'}}}) }}

with pending as (
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
    pending.coach_id,
    pending.client_id,
    pending.as_of_date
from pending
inner join relationships
    on pending.coach_id = relationships.coach_id and pending.client_id = relationships.client_id
left join scores
    on
        pending.coach_id = scores.coach_id
        and pending.client_id = scores.client_id
        and pending.as_of_date = scores.as_of_date
where scores.id is null
